# The demo's drawn scenes, split by scene, mirrored at random; see mmhaze demo
_base_ = './hazel-level.py'
demo = dict(type='HazeLevelDataset', data_root='data/demo', split='scene')

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(pipeline=[dict(type='RandomFlip', prob=0.5), dict(type='PackInputs')], **demo))
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=demo)
test_dataloader = val_dataloader

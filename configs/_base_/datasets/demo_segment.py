# The demo's drawn scenes and the segment map of their haze, mirrored together
_base_ = './hazel-level_segment.py'
demo = dict(type='HazeLevelDataset', data_root='data/demo', split='scene')

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        pipeline=[
            dict(
                type='TransformBroadcaster',
                mapping=dict(img=['img', 'haze_segment']),
                auto_remap=True,
                share_random_params=True,
                transforms=[dict(type='RandomFlip', prob=0.5)]),
            dict(type='PackDualChannel', magnifier='haze_segment'),
        ],
        **demo))
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=demo)
test_dataloader = val_dataloader

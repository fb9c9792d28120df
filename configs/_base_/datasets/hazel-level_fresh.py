# Fresh haze in every epoch over the clear scenes to train on; needs hazel_level.py --keep-clear
_base_ = './hazel-level.py'

train_dataloader = dict(
    dataset=dict(
        ann_file='clear.csv',
        split='scene',
        prepare=[dict(type='LoadPhoto'), dict(type='LoadDepth', scale=0.02),
                 dict(type='PrepareHaze', find_sky=False, refine=False, size=160)],
        pipeline=[
            dict(type='AddHaze', betas=[0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.045, 0.05], airlight='frida',
                 fog=['uniform', 'heterogeneous', 'cloudy', 'cloudy-heterogeneous']),
            dict(type='RandomFlip', prob=0.5, direction='horizontal'),
            *_base_.shrink,
            dict(type='PackInputs')]))
val_dataloader = dict(dataset=dict(split='scene'))
test_dataloader = val_dataloader

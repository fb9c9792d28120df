# Another square of each photo in every epoch, and flips: places move to the side, and each row keeps its distance
_base_ = './hazel-level.py'

train_dataloader = dict(
    dataset=dict(
        prepare=[dict(type='LoadPhoto'), _base_.shrink[0]],
        pipeline=[
            dict(type='RandomCrop', crop_size=64),
            dict(type='RandomFlip', prob=0.5, direction='horizontal'),
            dict(type='PackInputs')]))

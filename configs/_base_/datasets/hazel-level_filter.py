# Hazel-level, the photo and the filter map of its haze
_base_ = './hazel-level.py'
prepare = [
    dict(type='LoadPhoto'),
    # at full resolution: the windows are a share of the photo's side
    dict(type='UCM', maps=['haze_filter'], min_box=64),
    dict(
        type='TransformBroadcaster',
        mapping=dict(img=['img', 'haze_filter'], img_shape=['img_shape', ...]),
        auto_remap=True,
        share_random_params=True,
        transforms=[
            dict(type='ResizeEdge', scale=64, edge='short', interpolation='bicubic', backend='pillow'),
            dict(type='CenterCrop', crop_size=64),
        ]),
]
pipeline = [dict(type='PackDualChannel', magnifier='haze_filter')]

train_dataloader = dict(dataset=dict(prepare=prepare, pipeline=pipeline))
val_dataloader = dict(dataset=dict(prepare=prepare, pipeline=pipeline))
test_dataloader = val_dataloader

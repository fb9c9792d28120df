# Hazel-level, the photo and the filter map of its haze
_base_ = './hazel-level.py'
prepare_both = [
    dict(type='LoadPhoto'),
    # at full resolution: the windows are a share of the photo's side
    dict(type='UCM', maps=['haze_filter'], min_box=64),
    dict(
        type='TransformBroadcaster',
        mapping=dict(img=['img', 'haze_filter'], img_shape=['img_shape', ...]),
        auto_remap=True,
        share_random_params=True,
        transforms={{_base_.shrink}}),
]
pipeline = [dict(type='PackDualChannel', magnifier='haze_filter')]

train_dataloader = dict(dataset=dict(prepare=prepare_both, pipeline=pipeline))
val_dataloader = dict(dataset=dict(prepare=prepare_both, pipeline=pipeline))
test_dataloader = val_dataloader

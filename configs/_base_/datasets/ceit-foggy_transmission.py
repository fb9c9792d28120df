# CEIT-Foggy, the frame and the transmission that the network in the box sees
_base_ = './ceit-foggy.py'
prepare_both = [
    dict(type='LoadPhoto'),
    dict(type='EstimateTransmission', method='haze_map'),
    dict(
        type='TransformBroadcaster',
        mapping=dict(img=['img', 'haze_transmission'], img_shape=['img_shape', ...]),
        auto_remap=True,
        share_random_params=True,
        transforms={{_base_.shrink}}),
]
both = dict(prepare=prepare_both, pipeline=[dict(type='PackDualChannel', magnifier='haze_transmission')])

train_dataloader = dict(dataset=both)
val_dataloader = dict(dataset=both)
test_dataloader = dict(dataset=both)

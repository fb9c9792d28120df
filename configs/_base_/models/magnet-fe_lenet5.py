# Feature Enhancement, Eq. 12
_base_ = './lenet5.py'
model = dict(
    data_preprocessor=dict(type='DualChannelPreprocessor'),
    backbone=dict(_delete_=True, type='DualChannel', encoder={{_base_.model.backbone}}),
    neck=dict(type='FeatureEnhancement'),
    head=dict(in_channels=9720 * 2))  # task + magnifier

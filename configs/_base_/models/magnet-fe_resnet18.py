# Feature Enhancement, Eq. 12
_base_ = './resnet18.py'
model = dict(
    data_preprocessor=dict(type='DualChannelPreprocessor'),
    backbone=dict(_delete_=True, type='DualChannel', encoder={{_base_.model.backbone}}),
    neck=dict(_delete_=True, type='FeatureEnhancement'),
    head=dict(in_channels=512 * 2))  # task + magnifier

# Input Augmentation, Eq. 10
_base_ = './lenet5.py'
model = dict(
    data_preprocessor=dict(type='DualChannelPreprocessor'),
    backbone=dict(_delete_=True, type='InputAugmentation', encoder={{_base_.model.backbone}}))

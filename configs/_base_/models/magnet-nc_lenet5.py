# Network Constraint, Eq. 11 and 14, m = 0.001
_base_ = './lenet5.py'
model = dict(
    data_preprocessor=dict(type='DualChannelPreprocessor'),
    backbone=dict(_delete_=True, type='DualChannel', encoder={{_base_.model.backbone}}, share_weights=True),
    neck=None,
    head=dict(
        _delete_=True,
        type='NetworkConstraintHead',
        head={{_base_.model.head}},
        constraint=dict(type='FeatureKLLoss', loss_weight=0.001)))

# Network Constraint together with Feature Enhancement: Eq. 12 is classified, with Eq. 11 and 14 between its two parts
_base_ = './magnet-fe_resnet18.py'
model = dict(
    neck=None,
    head=dict(
        _delete_=True,
        type='NetworkConstraintHead',
        neck={{_base_.model.neck}},
        head={{_base_.model.head}},
        constraint=dict(type='FeatureKLLoss', loss_weight=0.001)))

# Our reading of the progressive framework, see mmhaze/models/dehazers/progressive.py
_base_ = '../aodnet/aodnet_roads.py'
model = dict(
    _delete_=True,
    type='ProgressiveDehazer',
    prm=dict(type='ScatteringNet'),
    arm=dict(type='AODNet'),
    losses=dict(
        l1=dict(type='DehazeL1Loss'),
        inter=dict(type='InterContrastiveLoss'),
        intra=dict(type='IntraContrastiveLoss')))

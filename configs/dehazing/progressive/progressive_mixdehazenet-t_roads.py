# Our reading of the progressive framework, see mmhaze/models/dehazers/progressive.py
_base_ = '../mixdehazenet/mixdehazenet-t_roads.py'
model = dict(
    _delete_=True,
    type='ProgressiveDehazer',
    prm=dict(type='ScatteringNet'),
    arm=dict(type='MixDehazeNet', arch='t'),
    losses=dict(
        l1=dict(type='DehazeL1Loss'),
        inter=dict(type='InterContrastiveLoss'),
        intra=dict(type='IntraContrastiveLoss')))

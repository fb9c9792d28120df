# The dark channel prior, which needs no training; here to be tested as the networks are
_base_ = ['../../_base_/datasets/dehaze_roads.py', '../../_base_/schedules/dehaze_1k.py']
model = dict(type='DarkChannelPrior')

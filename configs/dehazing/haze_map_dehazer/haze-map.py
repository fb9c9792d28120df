# The network in the box takes the haze away: nothing to train; here to be tested as the networks are
_base_ = ['../../_base_/datasets/dehaze_roads.py', '../../_base_/schedules/dehaze_1k.py']
model = dict(type='HazeMapDehazer')

_base_ = ['../../_base_/datasets/dehaze_roads.py', '../../_base_/schedules/dehaze_1k.py']
model = dict(type='AODNet')

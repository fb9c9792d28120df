_base_ = ['../../_base_/datasets/dehaze_haze-wild.py', '../../_base_/schedules/dehaze_10k.py']
model = dict(type='AODNet')

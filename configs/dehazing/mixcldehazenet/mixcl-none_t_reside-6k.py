# The control: the words change nothing
_base_ = ['../../_base_/datasets/dehaze_reside-6k.py', '../../_base_/schedules/dehaze_reside-6k.py']
model = dict(
    type='GuidedDehazer',
    dehazer=dict(type='MixDehazeNet', arch='t'),
    text=dict(type='PrecomputedText', file='data/RESIDE-6K/train/hazy/clip_domains.npz'),
    fusion=dict(type='NoFusion'))

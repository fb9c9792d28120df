# The control: the words change nothing
_base_ = ['../../_base_/datasets/dehaze_mixture.py', '../../_base_/schedules/dehaze_1k.py']
model = dict(
    type='GuidedDehazer',
    dehazer=dict(type='MixDehazeNet', arch='s'),
    text=dict(type='PrecomputedText', file='data/sots-indoor/hazy/clip_domains.npz'),
    fusion=dict(type='NoFusion'))

_base_ = './mixcl-none_t_mixture.py'
model = dict(fusion=dict(type='CalipAttention'))

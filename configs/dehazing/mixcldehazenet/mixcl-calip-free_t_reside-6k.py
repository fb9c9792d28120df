_base_ = './mixcl-none_t_reside-6k.py'
model = dict(fusion=dict(type='ParameterFreeAttention'))

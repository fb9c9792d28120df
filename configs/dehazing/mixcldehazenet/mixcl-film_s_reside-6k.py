_base_ = './mixcl-none_s_reside-6k.py'
model = dict(fusion=dict(type='TextFiLM'))

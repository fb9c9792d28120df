# The control: vectors that say nothing
_base_ = './mixcl-pa_t_mixture.py'
model = dict(text=dict(_delete_=True, type='RandomText'))

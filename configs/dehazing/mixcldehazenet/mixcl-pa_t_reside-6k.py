_base_ = './mixcl-none_t_reside-6k.py'
model = dict(dehazer=dict(extra_planes=3), fusion=dict(type='PAFusion'))

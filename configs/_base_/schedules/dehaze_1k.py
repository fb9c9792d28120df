# AdamW and a cosine, short enough to try many networks on a processor
_base_ = './dehaze_10k.py'
max_iters = 1000
optim_wrapper = dict(optimizer=dict(lr=1e-3), clip_grad=dict(max_norm=1.0))
param_scheduler = dict(T_max=max_iters)

train_cfg = dict(max_iters=max_iters)
default_hooks = dict(checkpoint=dict(interval=500))

# AdamW and a cosine, as MixDehazeNet, for as long as two cores bear
_base_ = '../default_runtime.py'
max_iters = 10000
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=4e-4))
param_scheduler = dict(type='CosineAnnealingLR', T_max=max_iters, eta_min_ratio=0.01, by_epoch=False)

train_cfg = dict(by_epoch=False, max_iters=max_iters, val_interval=2000)
val_cfg = dict()
test_cfg = dict()
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=1000))
log_processor = dict(by_epoch=False)

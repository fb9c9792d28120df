# As MixCLDehazeNet: AdamW and a cosine over 1000 epochs
_base_ = '../default_runtime.py'
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-4))
param_scheduler = dict(type='CosineAnnealingLR', T_max=1000, eta_min_ratio=0.01, by_epoch=True)

train_cfg = dict(by_epoch=True, max_epochs=1000, val_interval=10)
val_cfg = dict()
test_cfg = dict()
default_hooks = dict(checkpoint=dict(interval=10))

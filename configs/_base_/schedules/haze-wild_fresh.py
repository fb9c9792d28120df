# As many images as in 20 epochs over ten levels: an epoch sees each clear photo once
_base_ = './hazel-level.py'
max_epochs = 200
param_scheduler = dict(T_max=max_epochs)
train_cfg = dict(max_epochs=max_epochs, val_interval=10)

# As many images as in 20 epochs over 36 images a scene: an epoch sees each clear scene once
_base_ = './hazel-level.py'
max_epochs = 720
param_scheduler = dict(T_max=max_epochs)
train_cfg = dict(max_epochs=max_epochs, val_interval=36)

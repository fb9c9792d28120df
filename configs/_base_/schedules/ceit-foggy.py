# Frames of a video are alike: fewer epochs
_base_ = './hazel-level.py'
max_epochs = 8
param_scheduler = dict(T_max=max_epochs)
train_cfg = dict(max_epochs=max_epochs)

# LeNet5 begins from nothing and is small
_base_ = './hazel-level.py'
max_epochs = 30
param_scheduler = dict(T_max=max_epochs)
train_cfg = dict(max_epochs=max_epochs)

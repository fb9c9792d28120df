# For networks that need longer, LeNet5 among them: as many epochs as the authors
_base_ = './hazel-level.py'
max_epochs = 150
param_scheduler = dict(T_max=max_epochs)
train_cfg = dict(max_epochs=max_epochs, val_interval=10)

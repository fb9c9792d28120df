# Short enough for two cores and five minutes
_base_ = './hazel-level.py'
max_epochs = 20
param_scheduler = dict(T_max=max_epochs)
train_cfg = dict(max_epochs=max_epochs)

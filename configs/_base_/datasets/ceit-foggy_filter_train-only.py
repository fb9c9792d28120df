# CEIT-Foggy, the frame and the filter map of its haze in training alone
_base_ = './hazel-level_filter_train-only.py'
ceit_foggy = dict(type='CeitFoggy', data_root='data/ceit-foggy', ann_file='', split='fold1')

train_dataloader = dict(dataset=ceit_foggy)
val_dataloader = dict(dataset=ceit_foggy)
test_dataloader = dict(dataset=ceit_foggy)

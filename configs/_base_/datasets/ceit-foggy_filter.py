# CEIT-Foggy, the frame and the filter map of its haze
_base_ = './hazel-level_filter.py'
ceit_foggy = dict(type='CeitFoggy', data_root='data/ceit-foggy', ann_file='', split='fold1')

train_dataloader = dict(dataset=ceit_foggy)
val_dataloader = dict(dataset=ceit_foggy)
test_dataloader = dict(dataset=ceit_foggy)

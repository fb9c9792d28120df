# CEIT-Foggy, the frame alone; five folds by video, of which fold1 to fold5 each test one
_base_ = './hazel-level.py'
ceit_foggy = dict(type='CeitFoggy', data_root='data/ceit-foggy', ann_file='', split='fold1')

train_dataloader = dict(dataset=ceit_foggy)
val_dataloader = dict(dataset=ceit_foggy)
test_dataloader = dict(dataset=ceit_foggy)

# The filter map while training, the photo alone while testing: Network Constraint needs no map at inference
_base_ = './hazel-level_filter.py'
test_prepare = [
    dict(type='LoadPhoto'),
    dict(type='ResizeEdge', scale=64, edge='short', interpolation='bicubic', backend='pillow'),
    dict(type='CenterCrop', crop_size=64),
]
test_pipeline = [dict(type='PackDualChannel', magnifier=None)]

val_dataloader = dict(dataset=dict(prepare=test_prepare, pipeline=test_pipeline))
test_dataloader = val_dataloader

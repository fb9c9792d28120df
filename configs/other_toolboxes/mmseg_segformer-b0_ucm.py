# SegFormer on Cityscapes; each data sample says how hazy its photo is
_base_ = 'mmseg::segformer/segformer_mit-b0_8xb1-160k_cityscapes-1024x1024.py'

ucm = dict(type='mmhaze.UCM', maps=[])  # before resizing; no map is kept, as nothing here looks at one
pack = dict(type='PackSegInputs', meta_keys=('img_path', 'seg_map_path', 'ori_shape', 'img_shape', 'pad_shape',
                                             'scale_factor', 'flip', 'flip_direction', 'reduce_zero_label',
                                             'haze_box', 'haze_ratio'))

train_pipeline = [
    dict(type='LoadImageFromFile'),
    ucm,
    dict(type='LoadAnnotations'),
    dict(type='RandomResize', scale=(2048, 1024), ratio_range=(0.5, 2.0), keep_ratio=True),
    dict(type='RandomCrop', crop_size=(1024, 1024), cat_max_ratio=0.75),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    pack,
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    ucm,
    dict(type='Resize', scale=(2048, 1024), keep_ratio=True),
    dict(type='LoadAnnotations'),
    pack,
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader

# SOLO on COCO; each data sample says how hazy its photo is, so that training may weigh it, or scores be split by it
_base_ = 'mmdet::solo/solo_r50_fpn_1x_coco.py'

ucm = dict(type='mmhaze.UCM', maps=[])  # before resizing; no map is kept, as nothing here looks at one
haze_keys = ('haze_box', 'haze_ratio')

train_pipeline = [
    dict(type='LoadImageFromFile'),
    ucm,
    dict(type='LoadAnnotations', with_bbox=True, with_mask=True),
    dict(type='Resize', scale=(1333, 800), keep_ratio=True),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackDetInputs', meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor', 'flip',
                                          'flip_direction', *haze_keys)),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    ucm,
    dict(type='Resize', scale=(1333, 800), keep_ratio=True),
    dict(type='LoadAnnotations', with_bbox=True, with_mask=True),
    dict(type='PackDetInputs', meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor', *haze_keys)),
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader

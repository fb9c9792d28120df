# SegFormer on Cityscapes that sees the haze mask as a fourth plane
_base_ = './mmseg_segformer-b0_ucm.py'

ucm = dict(type='mmhaze.UCM', maps=['haze_mask'])
channel = dict(type='mmhaze.HazeChannel')  # behind what changes colours, before what moves pixels

train_pipeline = [
    dict(type='LoadImageFromFile'),
    ucm,
    dict(type='PhotoMetricDistortion'),
    channel,
    dict(type='LoadAnnotations'),
    dict(type='RandomResize', scale=(2048, 1024), ratio_range=(0.5, 2.0), keep_ratio=True),
    dict(type='RandomCrop', crop_size=(1024, 1024), cat_max_ratio=0.75),
    dict(type='RandomFlip', prob=0.5),
    _base_.pack,
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    ucm,
    channel,
    dict(type='Resize', scale=(2048, 1024), keep_ratio=True),
    dict(type='LoadAnnotations'),
    _base_.pack,
]
tta_pipeline = [dict(type='LoadImageFromFile'), ucm, channel, _base_.tta_pipeline[1]]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader

# blue, green, red, mask: mmseg turns BGR to RGB only where there are three planes
model = dict(
    data_preprocessor=dict(mean=[103.53, 116.28, 123.675, 127.5], std=[57.375, 57.12, 58.395, 127.5], bgr_to_rgb=False),
    backbone=dict(in_channels=4))

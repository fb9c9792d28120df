_base_ = [
    '../_base_/models/magnet-fe_resnet18.py',
    '../_base_/datasets/demo_segment.py',
    '../_base_/schedules/demo.py',
    '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(encoder=dict(stem_channels=16, base_channels=16)),
    head=dict(in_channels=128 * 2, num_classes=5))

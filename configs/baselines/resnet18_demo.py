_base_ = [
    '../_base_/models/resnet18.py',
    '../_base_/datasets/demo.py',
    '../_base_/schedules/demo.py',
    '../_base_/default_runtime.py',
]
# a quarter of the channels: 0.7 million weights are plenty for 540 photos
model = dict(backbone=dict(stem_channels=16, base_channels=16), head=dict(in_channels=128, num_classes=5))

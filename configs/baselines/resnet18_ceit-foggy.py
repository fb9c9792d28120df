_base_ = [
    '../_base_/models/resnet18.py',
    '../_base_/datasets/ceit-foggy.py',
    '../_base_/schedules/ceit-foggy.py',
    '../_base_/default_runtime.py',
]
model = dict(head=dict(num_classes=3))

_base_ = [
    '../_base_/models/magnet-nc_resnet18.py',
    '../_base_/datasets/ceit-foggy_segment_train-only.py',
    '../_base_/schedules/ceit-foggy.py',
    '../_base_/default_runtime.py',
]
model = dict(head=dict(head=dict(num_classes=3)))

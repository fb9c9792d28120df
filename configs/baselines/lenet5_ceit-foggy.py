_base_ = [
    '../_base_/models/lenet5.py',
    '../_base_/datasets/ceit-foggy.py',
    '../_base_/schedules/ceit-foggy_30e.py',
    '../_base_/default_runtime.py',
]
model = dict(head=dict(num_classes=3))

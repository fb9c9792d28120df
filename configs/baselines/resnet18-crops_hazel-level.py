_base_ = [
    '../_base_/models/resnet18.py',
    '../_base_/datasets/hazel-level_crops.py',
    '../_base_/schedules/hazel-level.py',
    '../_base_/default_runtime.py',
]

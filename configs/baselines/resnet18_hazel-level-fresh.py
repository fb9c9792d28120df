_base_ = [
    '../_base_/models/resnet18.py',
    '../_base_/datasets/hazel-level_fresh.py',
    '../_base_/schedules/hazel-level_fresh.py',
    '../_base_/default_runtime.py',
]
default_hooks = dict(checkpoint=dict(interval=12))  # epochs are short

_base_ = [
    '../_base_/models/magnet-nc-fe_resnet18.py',
    '../_base_/datasets/hazel-level_segment.py',
    '../_base_/schedules/hazel-level.py',
    '../_base_/default_runtime.py',
]

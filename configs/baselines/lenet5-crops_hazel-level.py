_base_ = [
    '../_base_/models/lenet5.py',
    '../_base_/datasets/hazel-level_crops.py',
    '../_base_/schedules/hazel-level_150e.py',
    '../_base_/default_runtime.py',
]

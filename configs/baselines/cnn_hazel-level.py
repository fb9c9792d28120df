_base_ = [
    '../_base_/models/cnn.py',
    '../_base_/datasets/hazel-level.py',
    '../_base_/schedules/hazel-level.py',
    '../_base_/default_runtime.py',
]

_base_ = [
    '../_base_/models/magnet-ia_lenet5.py',
    '../_base_/datasets/hazel-level_segment.py',
    '../_base_/schedules/hazel-level_150e.py',
    '../_base_/default_runtime.py',
]

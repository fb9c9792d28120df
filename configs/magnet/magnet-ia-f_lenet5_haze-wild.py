_base_ = [
    '../_base_/models/magnet-ia_lenet5.py',
    '../_base_/datasets/haze-wild_filter.py',
    '../_base_/schedules/hazel-level_150e.py',
    '../_base_/default_runtime.py',
]
model = dict(head=dict(num_classes=10))

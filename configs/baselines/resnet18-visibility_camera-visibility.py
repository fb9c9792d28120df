# ResNet18 that tells metres
_base_ = [
    '../_base_/models/resnet18.py',
    '../_base_/datasets/camera-visibility.py',
    '../_base_/schedules/hazel-level.py',
    '../_base_/default_runtime.py',
]
model = dict(head=dict(_delete_=True, type='VisibilityHead', in_channels=512))

# Photos of cameras with metres by an instrument, the photo alone: the centre square of Hazel-level, and no levels
_base_ = './hazel-level.py'
camera_visibility = dict(
    type='CameraVisibility',
    data_root='data/camera-visibility',
    split='fold1',
    pipeline=[dict(type='PackInputs', algorithm_keys=['visibility'])])

train_dataloader = dict(dataset=camera_visibility)
val_dataloader = dict(dataset=camera_visibility)
test_dataloader = dict(dataset=camera_visibility)

val_evaluator = [dict(type='VisibilityError')]
test_evaluator = val_evaluator

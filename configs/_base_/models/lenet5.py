model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(
        type='ClsDataPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True),
    backbone=dict(type='LeNet5RGB'),
    head=dict(type='StackedLinearClsHead', num_classes=9, in_channels=9720, mid_channels=[84]))

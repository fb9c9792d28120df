# ResNet18 with an ordinal classifier
_base_ = './resnet18_hazel-level.py'
model = dict(head=dict(type='OrdinalNLLHead'))

# The segment map while training, the photo alone while testing: Network Constraint needs no map at inference
_base_ = './hazel-level_segment.py'

val_dataloader = dict(
    dataset=dict(prepare={{_base_.prepare}}, pipeline=[dict(type='PackDualChannel', magnifier=None)]))
test_dataloader = val_dataloader

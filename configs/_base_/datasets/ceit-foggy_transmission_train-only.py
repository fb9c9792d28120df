# CEIT-Foggy, the frame and in training alone the transmission that the network in the box sees
_base_ = './ceit-foggy_transmission.py'

alone = dict(prepare={{_base_.prepare}}, pipeline=[dict(type='PackDualChannel', magnifier=None)])
val_dataloader = dict(dataset=alone)
test_dataloader = dict(dataset=alone)

# The CNN with the ordinal classifier of its authors
_base_ = './cnn_haze-wild.py'
model = dict(head=dict(type='OrdinalNLLHead'))

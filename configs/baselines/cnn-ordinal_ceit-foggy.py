# The CNN with the ordinal classifier of its authors
_base_ = './cnn_ceit-foggy.py'
model = dict(head=dict(type='OrdinalNLLHead'))

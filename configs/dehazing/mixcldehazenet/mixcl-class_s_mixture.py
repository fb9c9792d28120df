_base_ = './mixcl-none_s_mixture.py'
model = dict(fusion=dict(type='ClassEmbedding'))

# Hazel-level, the photo alone: centre square, 64x64, as the authors have it
shrink = [
    dict(type='ResizeEdge', scale=64, edge='short', interpolation='bicubic', backend='pillow'),
    dict(type='CenterCrop', crop_size=64),
]
prepare = [dict(type='LoadPhoto'), *shrink]
pipeline = [dict(type='PackInputs')]

train_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    collate_fn=dict(type='default_collate'),
    dataset=dict(
        type='HazelLevel',
        data_root='data/hazel-level',
        split='random',
        part='train',
        prepare=prepare,
        pipeline=pipeline,
        cache_mb=256))
val_dataloader = dict(
    batch_size=128,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='default_collate'),
    dataset=dict(
        type='HazelLevel',
        data_root='data/hazel-level',
        split='random',
        part='test',
        prepare=prepare,
        pipeline=pipeline,
        cache_mb=64))
test_dataloader = val_dataloader

val_evaluator = [dict(type='Accuracy'), dict(type='OrdinalMetric')]
test_evaluator = val_evaluator

# Haze drawn anew over the clear photos of a Haze-wild that keeps its depth; tested on its pairs of photos never seen
# (mmhaze make-set pairs lists them)
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        type='HazeWild',
        data_root='data/haze-wild',
        part='train',
        filter_cfg=dict(levels=[0]),
        # depth is kept with the sky far and fitted to the photo
        prepare=[dict(type='LoadPhoto'), dict(type='LoadDepth'),
                 dict(type='PrepareHaze', find_sky=False, refine=False)],
        pipeline=[
            dict(type='AddHaze', keep_clear=True),
            dict(
                type='TransformBroadcaster',
                mapping=dict(img=['img', 'clear'], img_shape=['img_shape', ...]),
                auto_remap=True,
                share_random_params=True,
                transforms=[dict(type='RandomCrop', crop_size=128, pad_if_needed=True, padding_mode='reflect'),
                            dict(type='RandomFlip', prob=0.5, direction='horizontal')]),
            dict(type='PackDehazing')],
        cache_mb=8192))
val_dataloader = dict(
    batch_size=1,  # photos have sizes of their own
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='PairedHazeDataset',
        data_root='data/haze-wild',
        ann_file='pairs.csv',
        part='test',
        pipeline=[dict(type='LoadPair'), dict(type='PackDehazing')]))
test_dataloader = val_dataloader

val_evaluator = dict(type='DehazeMetric')
test_evaluator = val_evaluator

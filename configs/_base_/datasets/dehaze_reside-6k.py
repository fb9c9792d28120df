# RESIDE-6K in DehazeFormer's layout, data/RESIDE-6K/{train,test}/{GT,hazy}, and the domains of its hazy photos by
# mmhaze clip-domains data/RESIDE-6K/train/hazy and .../test/hazy
train_dataloader = dict(
    batch_size=16,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='PairedHazeDataset',
        data_root='data/RESIDE-6K/train',
        pipeline=[
            dict(type='LoadPair'),
            dict(type='LoadDomain', file='data/RESIDE-6K/train/hazy/clip_domains.npz'),
            dict(
                type='TransformBroadcaster',
                mapping=dict(img=['img', 'clear'], img_shape=['img_shape', ...]),
                auto_remap=True,
                share_random_params=True,
                transforms=[dict(type='RandomCrop', crop_size=256, pad_if_needed=True, padding_mode='reflect'),
                            dict(type='RandomFlip', prob=0.5, direction='horizontal')]),
            dict(type='PackDehazing')]))
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='PairedHazeDataset',
        data_root='data/RESIDE-6K/test',
        pipeline=[
            dict(type='LoadPair'),
            dict(type='LoadDomain', file='data/RESIDE-6K/test/hazy/clip_domains.npz'),
            dict(type='PackDehazing')]))
test_dataloader = val_dataloader

val_evaluator = dict(type='DehazeMetric')
test_evaluator = val_evaluator

# Haze drawn anew over the scenes of Hazel-level that its split `scene` trains on (hazel_level.py --keep-clear) and over
# the photos of a Haze-wild that keeps its depth; tested on pairs of the scenes held out (tools/dataset_converters/
# pairs.py lists them). All are shrunk to 320 pixels, which two cores bear.
small = [
    dict(
        type='TransformBroadcaster',
        mapping=dict(img=['img', 'clear'], img_shape=['img_shape', ...]),
        auto_remap=True,
        share_random_params=True,
        transforms=[dict(type='RandomCrop', crop_size=64, pad_if_needed=True, padding_mode='reflect'),
                    dict(type='RandomFlip', prob=0.5, direction='horizontal')]),
    dict(type='PackDehazing')]
scenes = dict(
    type='HazelLevel',
    data_root='data/hazel-level',
    ann_file='clear.csv',
    split='scene',
    part='train',
    prepare=[dict(type='LoadPhoto'), dict(type='LoadDepth', scale=0.02),
             dict(type='PrepareHaze', find_sky=False, refine=False, size=320)],
    pipeline=[
        dict(type='AddHaze', betas=[0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.045, 0.05], airlight='frida',
             fog=['uniform', 'heterogeneous', 'cloudy', 'cloudy-heterogeneous'], keep_clear=True), *small],
    cache_mb=512)
photos = dict(
    type='HazeWild',
    data_root='data/haze-wild',
    part='train',
    filter_cfg=dict(levels=[0]),
    prepare=[dict(type='LoadPhoto'), dict(type='LoadDepth'),
             dict(type='PrepareHaze', find_sky=False, refine=False, size=320)],
    pipeline=[dict(type='AddHaze', keep_clear=True), *small],
    cache_mb=512)
train_dataloader = dict(
    batch_size=4,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(type='ConcatDataset', datasets=[scenes, photos], ignore_keys=['classes']))

whole = [
    dict(type='LoadPair'),
    dict(
        type='TransformBroadcaster',
        mapping=dict(img=['img', 'clear'], img_shape=['img_shape', ...]),
        auto_remap=True,
        transforms=[dict(type='ResizeEdge', scale=320, edge='long', interpolation='area')]),
    dict(type='PackDehazing')]
held_out_scenes = dict(
    type='PairedHazeDataset', data_root='data/hazel-level', ann_file='pairs.csv', split='scene', part='test',
    indices=list(range(0, 600, 5)),  # all scenes, fogs and levels are among them
    pipeline=whole)
held_out_photos = dict(
    type='PairedHazeDataset', data_root='data/haze-wild', ann_file='pairs.csv', part='test', pipeline=whole)
val_dataloader = dict(
    batch_size=1,  # photos have sizes of their own
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='ConcatDataset', datasets=[held_out_scenes, held_out_photos]))
test_dataloader = val_dataloader

val_evaluator = dict(type='DehazeMetric')
test_evaluator = val_evaluator

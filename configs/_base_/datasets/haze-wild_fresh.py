# Fresh haze in every epoch, over the clear photos of a Haze-wild that keeps its depth
_base_ = './haze-wild.py'

train_dataloader = dict(
    dataset=dict(
        filter_cfg=dict(levels=[0]),
        # depth is kept with the sky far and fitted to the photo
        prepare=[dict(type='LoadPhoto'), dict(type='LoadDepth'),
                 dict(type='PrepareHaze', find_sky=False, refine=False)],
        pipeline=[dict(type='AddHaze'), *_base_.shrink, dict(type='PackInputs')],
        cache_mb=8192))

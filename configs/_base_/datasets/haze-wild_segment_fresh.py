# Fresh haze in every epoch, and the segment map of that haze
_base_ = './haze-wild_segment.py'

train_dataloader = dict(
    dataset=dict(
        filter_cfg=dict(levels=[0]),
        # depth is kept with the sky far and fitted to the photo
        prepare=[dict(type='LoadPhoto'), dict(type='LoadDepth'),
                 dict(type='PrepareHaze', find_sky=False, refine=False)],
        pipeline=[dict(type='AddHaze'), *_base_.prepare_both[1:], *_base_.pipeline],
        cache_mb=8192))

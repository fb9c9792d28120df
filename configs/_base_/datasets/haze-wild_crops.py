# Haze-wild, another square of each photo in every epoch, and flips; split by source photo into train, val and test
_base_ = './hazel-level_crops.py'
haze_wild = dict(type='HazeWild', data_root='data/haze-wild', split=None)

train_dataloader = dict(batch_size=128, dataset=dict(cache_mb=1024, **haze_wild))
val_dataloader = dict(dataset=dict(part='val', cache_mb=128, **haze_wild))
test_dataloader = dict(dataset=dict(part='test', cache_mb=128, **haze_wild))

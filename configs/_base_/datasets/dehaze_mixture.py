# Outdoors and indoors: the scenes and photos of dehaze_roads.py, and twelve of the pairs of SOTS indoor, as often as
# one of the others; tested on what is held out of each. data/sots-indoor holds the folders hazy and gt. The domains
# are those of mmhaze clip-domains data/hazel-level, data/haze-wild and data/sots-indoor/hazy
_base_ = './dehaze_roads.py'

crop, pack = _base_.small
shrink = _base_.whole[1]
of_scenes = dict(type='LoadDomain', file='data/hazel-level/clip_domains.npz')
of_photos = dict(type='LoadDomain', file='data/haze-wild/clip_domains.npz')
of_rooms = dict(type='LoadDomain', file='data/sots-indoor/hazy/clip_domains.npz')
rooms = dict(type='PairedHazeDataset', data_root='data/sots-indoor', clear='gt')
pair = dict(type='LoadPair', align='center_crop')
train_dataloader = dict(
    dataset=dict(datasets=[
        dict(_base_.scenes, pipeline=[_base_.scenes.pipeline[0], of_scenes, crop, pack]),
        dict(_base_.photos, pipeline=[_base_.photos.pipeline[0], of_photos, crop, pack]),
        dict(type='RepeatDataset', times=7,
             dataset=dict(rooms, indices=list(range(12)), pipeline=[pair, of_rooms, shrink, crop, pack]))]))
val_dataloader = dict(dataset=dict(datasets=[
    dict(_base_.held_out_scenes, pipeline=[pair, of_scenes, shrink, pack]),
    dict(_base_.held_out_photos, pipeline=[pair, of_photos, shrink, pack]),
    dict(rooms, indices=list(range(12, 20)), pipeline=[pair, of_rooms, shrink, pack])]))
test_dataloader = val_dataloader

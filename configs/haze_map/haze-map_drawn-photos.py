# The network in the box: beside drawn scenes clear photos of clean terms, with depth drawn for them. Those that choose
# show other places than those that train.
_base_ = './haze-map_drawn.py'
data_root = 'data/permissive'
photos = dict(type='PhotoScenes', data_root=data_root, size=(192, 256), pipeline=[dict(type='PackScene')])
train_photos = [
    'CarND-Advanced-Lane-Lines_straight_lines1.jpg', 'CarND-Advanced-Lane-Lines_straight_lines2.jpg',
    'CarND-Advanced-Lane-Lines_test1.jpg', 'CarND-Advanced-Lane-Lines_test2.jpg',
    'CarND-Advanced-Lane-Lines_test3.jpg', 'CarND-Advanced-Lane-Lines_test4.jpg',
    'CarND-Advanced-Lane-Lines_test5.jpg', 'CarND-Advanced-Lane-Lines_test6.jpg',
    'CarND-LaneLines-P1_solidWhiteCurve.jpg', 'CarND-LaneLines-P1_solidWhiteRight.jpg',
    'CarND-LaneLines-P1_solidYellowCurve.jpg', 'CarND-LaneLines-P1_solidYellowCurve2.jpg',
    'CarND-LaneLines-P1_solidYellowLeft.jpg', 'CarND-LaneLines-P1_whiteCarLaneSwitch.jpg',
    'Kodak-Lossless-True-Color-Image-Suite_01.jpg', 'Kodak-Lossless-True-Color-Image-Suite_11.jpg',
    'Kodak-Lossless-True-Color-Image-Suite_22.jpg', 'Kodak-Lossless-True-Color-Image-Suite_24.jpg',
    'budgie-backgrounds_beacon-street-sunset.jpg', 'budgie-backgrounds_extreme-desert-hike.jpg',
    'lomiri-wallpapers-16.04 20.04.0-2_picosdeeuropa_by_Aitzol_Berasategi.jpg']
val_photos = [
    'Kodak-Lossless-True-Color-Image-Suite_08.jpg', 'Kodak-Lossless-True-Color-Image-Suite_21.jpg',
    'budgie-backgrounds_lake-sherburne.jpg', 'budgie-backgrounds_roman-colosseum.jpg',
    'wallpapers_jared-evans-119758.jpg', 'wallpapers_kait-herzog-8242.jpg', 'wallpapers_sean-afnan-244576.jpg']

train_dataloader = dict(dataset=dict(datasets=[
    *_base_.drawn, dict(photos, photos=train_photos, count=2100, cache_mb=800)]))
val_dataloader = dict(dataset=dict(datasets=[
    *_base_.held_out, dict(photos, photos=val_photos, count=140, seed=300_000, cache_mb=60)]))
test_dataloader = val_dataloader

from __future__ import annotations

import numpy as np
import pytest
from mmcv.transforms import TRANSFORMS

from mmhaze.ucm import haze_filter, haze_segment, segment_haze
from tests.ucm.photos import wall

MAPS = {'haze_mask', 'haze_filter', 'haze_segment'}


def test_it_adds_what_the_core_finds_and_leaves_the_rest_alone():
    img = wall(beta=0.05)
    others = dict(img_path='a.png', gt_bboxes=object(), gt_seg_map=np.ones((240, 320)))
    results = TRANSFORMS.build(dict(type='UCM'))(dict(img=img.copy(), **others))
    regions = segment_haze(img)
    np.testing.assert_array_equal(results['haze_mask'], regions.mask)
    np.testing.assert_array_equal(results['haze_filter'], haze_filter(img, regions))
    np.testing.assert_array_equal(results['haze_segment'], haze_segment(img, regions))
    assert results['haze_box'] == regions.box and results['haze_ratio'] == regions.ratio
    np.testing.assert_array_equal(results['img'], img)
    assert all(results[key] is value for key, value in others.items())
    assert results.keys() == {'img', 'haze_box', 'haze_ratio', *MAPS, *others}


@pytest.mark.parametrize('name', sorted(MAPS))
def test_it_adds_only_the_maps_that_are_named(name):
    results = TRANSFORMS.build(dict(type='UCM', maps=[name]))(dict(img=wall(beta=0.05)))
    assert MAPS & results.keys() == {name}


def test_its_settings_reach_the_core():
    settings = dict(channel_ratio=0.1, denoise_ratio=0.06, mask_ratio=0.04, gray_threshold=150, min_box=10,
                    gray_fallback=None)
    img = wall(beta=0.05)
    results = TRANSFORMS.build(dict(type='UCM', **settings))(dict(img=img))
    np.testing.assert_array_equal(results['haze_mask'], segment_haze(img, **settings).mask)
    assert (results['haze_mask'] != segment_haze(img).mask).any()


def test_a_misspelt_argument_one_out_of_range_and_an_unknown_map_are_refused():
    with pytest.raises(TypeError, match='mask_ration'):
        TRANSFORMS.build(dict(type='UCM', mask_ration=0.1))
    with pytest.raises(ValueError, match='mask_ratio'):
        TRANSFORMS.build(dict(type='UCM', mask_ratio=1.5))
    with pytest.raises(ValueError, match='haze_map'):
        TRANSFORMS.build(dict(type='UCM', maps=['haze_map']))


def test_an_image_it_cannot_take_is_named():
    for img, what in ((np.zeros((4, 4, 3), np.float32), r'\(4, 4, 3\) float32'), (None, 'None'), ([], 'a list')):
        with pytest.raises(ValueError, match=r'b\.png: as img UCM wanted \(H, W, 3\) uint8 BGR, got ' + what):
            TRANSFORMS.build(dict(type='UCM'))(dict(img=img, img_path='b.png'))


FRAMES = dict(imgs=[wall(beta=0.05)] * 3)


@pytest.mark.parametrize('step', ['UCM', 'EstimateTransmission', 'HazeChannel'])
def test_a_list_of_frames_is_answered_with_how_each_is_reached(step):
    with pytest.raises(ValueError, match=rf"{step} wants 'img', one photo, and .* 3 frames.*TransformBroadcaster"):
        TRANSFORMS.build(dict(type=step))(dict(FRAMES))


def test_each_frame_of_a_list_gets_its_mask_by_the_broadcaster():
    found = TRANSFORMS.build(dict(
        type='TransformBroadcaster', mapping=dict(img='imgs'), remapping=dict(haze_mask='haze_masks'),
        transforms=[dict(type='UCM', maps=['haze_mask'])]))(dict(FRAMES))
    expected = segment_haze(FRAMES['imgs'][0]).mask
    assert expected.any()
    np.testing.assert_array_equal(found['haze_masks'], [expected] * 3)


def test_results_without_a_photo_are_named_by_what_they_hold():
    with pytest.raises(ValueError, match=r"c\.png: UCM wants 'img', and the results hold \['img_path'\].*loads"):
        TRANSFORMS.build(dict(type='UCM'))(dict(img_path='c.png'))

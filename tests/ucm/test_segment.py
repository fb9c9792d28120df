from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmhaze.ucm import UcmSettings, passes, segment_haze
from mmhaze.ucm.settings import window_side

from .photos import random_photo, wall
from .slow_ucm import slow_segment_haze

REAL_PHOTOS = ('frida/U080-000001.png', 'frida/M080-000007.png', 'frida/LIma-000003.png', 'weather/fog/*',
               'kitti_road/image/*')


@pytest.fixture(params=['compiled', 'opencv'], autouse=True)
def code(request, monkeypatch):
    """Runs each test with the passes in C and with those in OpenCV."""
    if request.param == 'opencv':
        monkeypatch.setattr(passes, 'compiled', None)
    elif passes.compiled is None:
        pytest.skip('nothing could compile the passes here')


@pytest.mark.slow
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=24).map(lambda shape: (*shape, 3))),
       st.floats(0.02, 0.4), st.floats(0.02, 0.4), st.floats(0.02, 0.4), st.sampled_from([100.0, None, 30.0]))
# the fixture holds for all the examples of a run alike
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_photo_has_the_mask_of_the_slow_loop(img, channel, denoising, masking, fallback):
    chosen = UcmSettings(channel_ratio=channel, denoise_ratio=denoising, mask_ratio=masking, gray_fallback=fallback)
    np.testing.assert_array_equal(segment_haze(img, **asdict(chosen)).mask, slow_segment_haze(img, chosen))


@pytest.mark.slow
@pytest.mark.parametrize('shape', [(1, 1), (1, 50), (50, 1), (2, 3), (40, 40), (39, 81), (80, 80), (90, 141)])
def test_random_photos_of_even_and_odd_sizes_have_the_mask_of_the_slow_loop(shape, rng):
    masks, chosen = [], UcmSettings(channel_ratio=0.1, denoise_ratio=0.06, mask_ratio=0.04)
    for _ in range(3):
        img = random_photo(rng, *shape)
        masks.append(segment_haze(img, **asdict(chosen)).mask)
        np.testing.assert_array_equal(masks[-1], slow_segment_haze(img, chosen))
    if min(shape) > 30:
        assert 0.01 < np.mean(masks) < 0.99  # neither all nor nothing, so the comparison says something


@pytest.mark.slow
@pytest.mark.parametrize('pattern', REAL_PHOTOS)
def test_real_photos_have_the_mask_of_the_slow_loop(pattern, shared_data):
    path = sorted(shared_data.glob(pattern))[0]
    img = cv2.resize(cv2.imread(str(path)), (200, 161), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(segment_haze(img).mask, slow_segment_haze(img))
    np.testing.assert_array_equal(segment_haze(img, gray_threshold=120).mask,
                                  slow_segment_haze(img, UcmSettings(gray_threshold=120)))


@pytest.mark.parametrize('turn', [lambda a: a[::-1], lambda a: a[:, ::-1], lambda a: a.swapaxes(0, 1)],
                         ids=['upside down', 'mirrored', 'transposed'])
@pytest.mark.parametrize('size', [(120, 160), (121, 163)])
def test_a_turned_photo_has_the_turned_mask(turn, size, rng):
    img = random_photo(rng, *size)
    mask = segment_haze(img).mask
    assert 0 < mask.mean() < 1
    np.testing.assert_array_equal(segment_haze(turn(img)).mask, turn(mask))


def test_the_far_end_is_haze_and_the_near_end_is_not():
    mask = segment_haze(wall(beta=0.05)).mask
    assert mask[:, -40:].mean() > 0.95 and not mask[:, :40].any()


@pytest.mark.parametrize(('side', 'ratio', 'window'), [(480, 1 / 40, 13), (480, 1 / 70, 7), (79, 1 / 40, 1),
                                                       (80, 1 / 40, 3), (1, 1, 1)])
def test_windows_are_odd(side, ratio, window):
    assert window_side(side, ratio) == window


@pytest.mark.parametrize('img', [np.full((90, 120, 3), 200, np.uint8), np.zeros((90, 120, 3), np.uint8),
                                 np.full((1, 1, 3), 255, np.uint8)], ids=['grey', 'night', 'a pixel'])
def test_a_photo_without_haze_gives_the_whole_photo(img):
    regions = segment_haze(img)
    assert not regions.found and not regions.mask.any() and regions.ratio == 0
    assert regions.box == (0, 0, img.shape[1], img.shape[0])


def test_the_box_is_the_smallest_around_the_mask():
    regions = segment_haze(wall(beta=0.05))
    rows, columns = np.nonzero(regions.mask)
    assert regions.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert regions.ratio == regions.mask.mean()


def test_a_box_under_min_box_counts_as_not_found():
    x0, y0, x1, y1 = segment_haze(wall(beta=0.05)).box
    smaller = min(x1 - x0, y1 - y0)
    assert segment_haze(wall(beta=0.05), min_box=smaller).found
    regions = segment_haze(wall(beta=0.05), min_box=smaller + 1)
    assert not regions.found and not regions.mask.any() and regions.box == (0, 0, 320, 240)


def test_dense_haze_is_found_by_the_rescue_gate_alone():
    # nearly everything is as bright as the airlight, and 1.08 times the mean is brighter than that
    img = np.full((120, 160, 3), 240, np.uint8)
    img[::7, ::5] = 236
    img[80:, :60:2] = 60
    assert not segment_haze(img, gray_fallback=None).found
    regions = segment_haze(img)
    assert regions.mask[:60].mean() > 0.95 and regions.gray_threshold == 100


def test_photos_on_many_threads_have_the_masks_that_they_have_on_one(rng):
    photos = [random_photo(rng, *rng.integers(60, 200, 2)) for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        masks = list(pool.map(lambda img: segment_haze(img).mask, photos))
    for img, mask in zip(photos, masks):
        np.testing.assert_array_equal(mask, segment_haze(img).mask)


def test_the_photo_is_not_modified(rng):
    img = random_photo(rng, 60, 80)
    before = img.copy()
    segment_haze(img)
    np.testing.assert_array_equal(img, before)


@pytest.mark.parametrize('img', [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)),
                                 np.zeros((0, 4, 3), np.uint8), [[1, 2, 3]], None])
def test_what_is_no_photo_is_refused(img):
    with pytest.raises(ValueError, match='segment_haze: wanted a photo of'):
        segment_haze(img)


@pytest.mark.parametrize(('setting', 'value'), [
    ('variant', 'papr'), ('channel_ratio', 0), ('denoise_ratio', -0.1), ('mask_ratio', 1.5), ('mask_ratio', np.nan),
    ('gray_threshold', 'atuo'), ('gray_threshold', 256), ('gray_fallback', -1), ('min_box', -1)])
def test_a_setting_out_of_range_is_refused_by_name(setting, value):
    with pytest.raises(ValueError, match=setting):
        segment_haze(np.zeros((4, 4, 3), np.uint8), **{setting: value})

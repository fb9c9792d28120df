from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy import ndimage

from mmhaze.physics import add_haze
from mmhaze.ucm import UcmSettings, haze_filter, haze_segment, released
from mmhaze.ucm.released import segment_haze_released

from .photos import random_photo, wall
from .slow_released import slow_segment_haze_released

# the windows of a photo of a few hundred pixels, in one of under a hundred
RATIOS = dict(channel_ratio=0.1, denoise_ratio=0.13, mask_ratio=0.06)


def fog_banks(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Bands of blobs, near and far, in haze, and all near at the left: there are gaps between the rows of haze."""
    far = rng.random(12) < rng.uniform(0.5, 1.2)
    depth = np.repeat(np.where(far, rng.uniform(60, 200, 12), rng.uniform(0, 40, 12)), 6)[:height, None]
    depth = depth * (np.arange(width) >= rng.integers(1, 30))
    return (add_haze(random_photo(rng, height, width) / 255 * 0.7, depth, beta=rng.uniform(0.02, 0.05),
                     airlight=rng.uniform(0.7, 1)) * 255).round().astype(np.uint8)


@pytest.mark.slow
def test_random_photos_have_the_mask_and_the_box_of_the_slow_loop(rng, monkeypatch):
    monkeypatch.setattr(released, 'SMALLEST_BOX', 24)  # of photos as small as the slow loop needs them
    results = []
    shapes = [(59, 66), *rng.integers(50, 70, (29, 2)).tolist()]  # of 59 and 60 rows, the windows differ
    for index, shape in enumerate(shapes):
        img = fog_banks(*shape, rng)
        settings = UcmSettings(**RATIOS, gray_fallback=(100.0, None)[index % 2])
        regions = segment_haze_released(img, settings)
        mask, box, found = slow_segment_haze_released(img, settings, smallest_box=24)
        np.testing.assert_array_equal(regions.mask, mask)
        assert (regions.box, regions.found) == (box, found)
        assert regions.ratio == pytest.approx(mask.mean())
        results.append((found, regions.ratio, box[3] < len(img), regions.gray_threshold == 100))
    # some are found, some not, boxes end early, and either gate is taken: the comparison says something
    found, ratio, early, rescued = np.array(results, float).T
    assert 20 <= found.sum() < 30 and (found * early).sum() > 5 and np.median(ratio) < 0.5 and 0 < rescued.sum() < 10


@pytest.mark.slow
@pytest.mark.parametrize('pattern', ['frida/U080-000001.png', 'weather/fog/*', 'kitti_road/image/*'])
def test_real_photos_have_the_mask_of_the_slow_loop(pattern, shared_data, monkeypatch):
    monkeypatch.setattr(released, 'SMALLEST_BOX', 12)
    path = sorted(shared_data.glob(pattern))[0]
    img = cv2.resize(cv2.imread(str(path)), (96, 81), interpolation=cv2.INTER_AREA)
    for threshold in ('auto', 120.0):
        settings = UcmSettings(**RATIOS, gray_threshold=threshold)
        regions = segment_haze_released(img, settings)
        mask, box, found = slow_segment_haze_released(img, settings, smallest_box=12)
        np.testing.assert_array_equal(regions.mask, mask)
        assert (regions.box, regions.found) == (box, found) and found and 0 < mask.mean() < 1


def test_the_far_end_is_haze_and_the_near_end_is_not():
    regions = segment_haze_released(wall(beta=0.05))
    assert regions.found and regions.mask[:, -40:].mean() > 0.95 and not regions.mask[:, :40].any()


def test_local_contrast_is_scipys_over_even_windows_with_a_row_more(rng):
    img = random_photo(rng, 37, 52)
    for half in (1, 2, 5):
        row_more = ((0, 1), (0, 0))
        bright = ndimage.maximum_filter(np.pad(img.max(2), row_more), 2 * half, mode='constant', cval=0)
        dark = 255 - ndimage.maximum_filter(np.pad(255 - img.min(2), row_more), 2 * half, mode='constant', cval=0)
        contrast = released.local_contrast(cv2.split(img), half)
        assert contrast.shape == (38, 52)
        np.testing.assert_array_equal(contrast, bright - dark)


@pytest.mark.parametrize(('length', 'ratio', 'half'), [(480, 1 / 40, 6), (79, 1 / 40, 0), (140, 1 / 70, 1),
                                                       (139, 1 / 70, 0), (279, 1 / 70, 1), (280, 1 / 70, 2)])
def test_windows_are_even(length, ratio, half):
    assert released.half_window(length, ratio) == half


def test_a_value_seen_at_most_twice_never_wins_and_the_least_of_several_modes_does():
    distinct = np.arange(25, dtype=np.uint8).reshape(5, 5)
    np.testing.assert_array_equal(released.most_frequent(distinct, 2), distinct)
    pairs = np.array([[7, 7, 1], [9, 9, 2], [3, 4, 5]], np.uint8)
    assert released.most_frequent(pairs, 3)[1, 1] == 9
    tied = np.array([[255, 255, 255], [1, 80, 2], [6, 6, 6]], np.uint8)
    assert released.most_frequent(tied, 3)[1, 1] == 6


@pytest.mark.parametrize('size', [0, 1])
def test_a_mode_filter_of_no_size_changes_nothing(size, rng):
    values = rng.integers(0, 3, (9, 9), np.uint8)
    np.testing.assert_array_equal(released.most_frequent(values, size), values)


def test_the_windows_painted_are_scipys_opening(rng):
    haze = cv2.GaussianBlur(rng.random((60, 70), np.float32), (0, 0), 3) > 0.49
    corners, rows, columns = released.haze_windows(np.where(haze, 10, 255).astype(np.uint8), 2, 3)
    assert (rows, columns) == (4, 6)
    opened = released.paint_windows(corners, rows, columns)
    assert 0.05 < opened.mean() < haze.mean()
    np.testing.assert_array_equal(opened, ndimage.binary_opening(haze, np.ones((4, 6))))


def test_windows_are_halved_until_one_is_all_haze():
    values = np.full((60, 60), 255, np.uint8)
    values[20:26, 30:34] = 7
    corners, rows, columns = released.haze_windows(values, 9, 8)  # 18 x 16, 8 x 8, and 4 x 4 fits
    assert (rows, columns) == (4, 4)
    assert np.argwhere(corners).tolist() == [[20, 30], [21, 30], [22, 30]]
    values[20:26, 31] = 255  # no 2 x 2 is left but on the right
    assert released.haze_windows(values, 9, 8)[1:] == (2, 2)
    assert not released.haze_windows(np.full((60, 60), 255, np.uint8), 9, 8)[0].any()


def test_the_run_is_the_topmost_and_ends_early_by_its_gaps():
    rows = np.array([3, 4, 5, 9, 10, 50, 51, 52, 53, 54, 55])
    assert released.topmost_run(rows, bridge=39) == (3, 7)  # five rows, 3 to 10
    assert released.topmost_run(rows, bridge=40) == (3, 13)
    assert released.topmost_run(np.array([8]), bridge=1) == (8, 8)


@pytest.mark.parametrize(('size', 'level'), [((190, 220), 40), ((1, 1), 255), ((1, 300), 180), ((300, 1), 180),
                                             ((70, 70), 180), ((2, 3), 180)])
def test_an_even_dark_or_a_tiny_photo_is_not_found_and_the_mask_the_whole(size, level):
    img = np.full((*size, 3), level, np.uint8)
    regions = segment_haze_released(img)
    assert not regions.found and regions.mask.all() and regions.ratio == 1
    assert regions.mask.shape == img.shape[:2] and regions.box == (0, 0, img.shape[1], img.shape[0])
    for make_map in (haze_filter, haze_segment):
        np.testing.assert_array_equal(make_map(img, regions), img)


@pytest.mark.parametrize(('size', 'found'), [((139, 140), True), ((138, 140), False), ((139, 139), False)])
def test_the_least_photo_with_a_mask_window(size, found):
    # flat and bright but for a dark, rough corner
    img = np.full((*size, 3), 200, np.uint8)
    img[::2, :40:2] = 30
    assert segment_haze_released(img).found == found


def test_haze_in_the_last_row_alone_is_too_small():
    img = np.zeros((200, 300, 3), np.uint8)  # flat and dark, then rough
    img[70::2] = 90
    img[-3:] = 220
    regions = segment_haze_released(img)
    assert not regions.found and regions.mask.all() and regions.box == (0, 0, 300, 200)


def test_a_box_under_64_pixels_or_min_box_counts_as_not_found():
    regions = {}
    for width in (68, 69):  # 5 pixels at its sides see the rough rest
        img = np.random.default_rng(0).integers(0, 100, (300, 400, 3), np.uint8)
        img[:, 100:100 + width] = 220
        regions[width] = segment_haze_released(img)
    assert not regions[68].found and regions[68].mask.all() and regions[68].box == (0, 0, 400, 300)
    assert regions[69].found and regions[69].box == (103, 0, 167, 300)
    assert segment_haze_released(img, UcmSettings(min_box=64)).found
    assert not segment_haze_released(img, UcmSettings(min_box=65)).found


def test_dense_haze_is_found_by_the_rescue_gate_alone():
    # nearly everything is as bright as the airlight, and 1.08 times the mean is brighter than that
    img = np.full((160, 200, 3), 240, np.uint8)
    img[::7, ::5] = 236
    img[110:, :70:2] = 60
    assert not segment_haze_released(img, UcmSettings(gray_fallback=None)).found
    regions = segment_haze_released(img)
    assert regions.found and regions.mask[:80].mean() > 0.9 and regions.gray_threshold == 100


@pytest.mark.parametrize(('bright_rows', 'gate'), [(1, 100), (2, 150)])
def test_the_rescue_gate_is_taken_up_to_a_fifth_of_its_pixels(bright_rows, gate):
    planes = [np.full((9, 1), 100, np.uint8) for _ in range(3)]  # as bright as the gates, and that is enough
    for plane in planes:
        plane[:bright_rows] = 150
    contrast = np.arange(10, dtype=np.uint8)[:, None]
    values, taken = released.contrast_map(contrast, 9.0, planes, 150.0, 100.0)  # of ten pixels one is the row more
    assert taken == gate
    kept = contrast if gate == 100 else np.where((contrast < bright_rows) | (contrast == 9), contrast, 255)
    np.testing.assert_array_equal(values, kept)


def test_an_even_bright_photo_is_haze_as_a_whole():
    regions = segment_haze_released(np.full((150, 160, 3), 180, np.uint8))
    assert regions.found and regions.mask.all() and regions.box == (0, 0, 160, 150)


def test_the_windows_of_a_tiny_photo_have_two_pixels():
    img = np.repeat(np.array([[0, 10, 20, 30]], np.uint8)[..., None], 3, axis=2)
    assert segment_haze_released(img).contrast_threshold == (7.5 + 10) / 2  # of 0, 10, 10 and 10, twice


def test_the_photo_is_not_modified(rng):
    img = random_photo(rng, 160, 180)
    before = img.copy()
    segment_haze_released(img)
    np.testing.assert_array_equal(img, before)


@pytest.mark.parametrize('view', [lambda a: a[::-1, ::-1], lambda a: a[..., ::-1]], ids=['turned', 'RGB'])
def test_a_view_of_an_array_has_the_mask_of_its_copy(view):
    img = view(wall(beta=0.05))
    mask = segment_haze_released(img).mask
    assert 0 < mask.mean() < 1
    np.testing.assert_array_equal(mask, segment_haze_released(img.copy()).mask)

from __future__ import annotations

import math

import numpy as np
import pytest

from mmhaze.baselines import dark_channel_ratio, filter_frames
from mmhaze.baselines.dark_channel_ratio import window_of
from tests.ucm.photos import random_photo, wall


def slow_ratio(img: np.ndarray, side: int) -> float:
    """As the formula reads, a pixel at a time, on floats in [0, 1]."""
    values = img / 255
    half = side // 2
    total = 0.0
    for y in range(img.shape[0]):
        for x in range(img.shape[1]):
            total += values[max(0, y - half):y + half + 1, max(0, x - half):x + half + 1].min()
    return total / (img.shape[0] * img.shape[1]) / values.max()


@pytest.mark.parametrize(('shape', 'side'), [((7, 9), 1), ((64, 70), 3), ((170, 160), 5)])
def test_any_photo_has_the_ratio_of_the_slow_loop(shape, side, rng):
    img = random_photo(rng, *shape)
    assert dark_channel_ratio(img) == pytest.approx(slow_ratio(img, side), rel=1e-9)


def test_at_480_rows_the_window_has_15_pixels():
    assert window_of(np.zeros((480, 640, 3), np.uint8)) == 15


def test_a_flat_photo_by_hand_and_a_black_one():
    assert dark_channel_ratio(np.full((40, 50, 3), (50, 100, 200), np.uint8)) == pytest.approx(0.25)
    assert math.isnan(dark_channel_ratio(np.zeros((4, 5, 3), np.uint8)))


def test_more_haze_is_a_greater_ratio():
    ratios = [dark_channel_ratio(wall(beta)) for beta in (0, 0.005, 0.01, 0.02, 0.05, 0.1)]
    assert ratios == sorted(ratios) and ratios[-1] > 0.5 > 0.1 > ratios[0]


def test_frames_are_steadied_by_the_recursion():
    assert list(filter_frames([1.0, 0.0, 0.0, 1.0], keep=0.5)) == pytest.approx([1, 0.5, 0.25, 0.625])
    assert list(filter_frames([2.0, 0.0])) == pytest.approx([2, 1.8])


def test_a_frame_without_a_score_leaves_the_last_one():
    found = list(filter_frames([math.nan, 1.0, math.nan, 0.0], keep=0.5))
    assert math.isnan(found[0]) and found[1:] == [1, 1, 0.5]


def test_frames_come_out_one_at_a_time():
    def frames():
        yield 1.0
        raise RuntimeError('nobody asked for this frame')
    assert next(filter_frames(frames())) == 1


@pytest.mark.parametrize('keep', [-0.1, 1, math.nan])
def test_a_share_out_of_range_is_refused_at_once(keep):
    with pytest.raises(ValueError, match='keep'):
        filter_frames([], keep=keep)

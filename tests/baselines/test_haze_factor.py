from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from mmhaze.baselines import haze_factor
from mmhaze.physics import add_haze
from mmhaze.synthesis.fdd import read_fdd
from tests.ucm.photos import wall


def slow_haze_factor(img: np.ndarray) -> float:
    """As the formula reads, on floats in [0, 1], a pixel at a time."""
    pixels = [[value / 255 for value in pixel] for pixel in img.reshape(-1, 3).tolist()]
    dark = sum(min(pixel) for pixel in pixels) / len(pixels)
    bright = sum(max(pixel) for pixel in pixels) / len(pixels)
    airlight = max(max(pixel) for pixel in pixels) / 3 + 2 * bright / 3
    return math.exp(-0.5 * (5.1 * (airlight - dark) / airlight + 2.9 * (bright - dark) / airlight) + 0.2461)


@pytest.mark.parametrize('shape', [(1, 1), (7, 12), (40, 31)])
def test_any_photo_has_the_factor_of_the_slow_loop(shape, rng):
    for top in (5, 100, 256):
        img = rng.integers(0, top, (*shape, 3), np.uint8)
        assert haze_factor(img) == pytest.approx(slow_haze_factor(img), rel=1e-12)


def test_a_black_and_a_white_pixel_have_the_factor_worked_out_by_hand():
    # means of 127.5, a greatest of 255: airlight 170, x1 = 0.25, x2 = 0
    img = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    assert haze_factor(img) == pytest.approx(math.exp(-0.5 * 5.1 * 0.25 + 0.2461))


def test_a_white_photo_has_the_greatest_factor_and_a_black_one_none():
    assert haze_factor(np.full((4, 5, 3), 255, np.uint8)) == pytest.approx(1.279, abs=5e-4)
    assert math.isnan(haze_factor(np.zeros((4, 5, 3), np.uint8)))


def test_more_haze_is_a_greater_factor():
    factors = [haze_factor(wall(beta)) for beta in (0, 0.005, 0.01, 0.02, 0.05, 0.1)]
    assert factors == sorted(factors) and factors[-1] > 2 * factors[0]


def test_where_the_pixels_lie_and_the_order_of_the_channels_do_not_matter(rng):
    img = rng.integers(0, 256, (20, 30, 3), np.uint8)
    shuffled = rng.permutation(img.reshape(-1, 3))[:, ::-1].reshape(30, 20, 3)
    assert haze_factor(shuffled) == pytest.approx(haze_factor(img), rel=1e-12)


@pytest.mark.parametrize(('photo', 'factor'), [('LIma', 0.4708), ('U080', 0.9242), ('K080', 0.7637), ('L080', 0.8718),
                                               ('M080', 0.7166)])
def test_the_first_scene_of_frida_has_the_known_factors(photo, factor, shared_data):
    assert haze_factor(cv2.imread(str(shared_data / f'frida/{photo}-000001.png'))) == pytest.approx(factor, abs=5e-5)


def test_a_scene_of_frida2_has_the_known_factors_clear_and_in_fog(shared_data):
    clear = cv2.imread(str(shared_data / 'frida2/LIma-000033.png'))
    assert haze_factor(clear) == pytest.approx(0.4028, abs=5e-5)
    depth = read_fdd(shared_data / 'frida2/LDep-000033.fdd.gz')
    foggy = add_haze(clear / 255, depth, beta=3 / 80, airlight=1.0)
    assert haze_factor((foggy * 255).round().astype(np.uint8)) == pytest.approx(0.8236, abs=5e-5)


@pytest.mark.parametrize('img', [np.zeros((4, 5), np.uint8), np.zeros((4, 5, 4), np.uint8), np.zeros((4, 5, 3)),
                                 np.zeros((0, 5, 3), np.uint8)])
def test_what_is_no_photo_is_refused(img):
    with pytest.raises(ValueError, match=r'wanted a photo of \(H, W, 3\) uint8 in the order BGR, got'):
        haze_factor(img)

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from mmhaze.baselines import mean_saturation, saturation
from tests.ucm.photos import random_photo


def test_the_saturation_of_a_pixel_is_that_of_hsv(rng):
    img = np.vstack([random_photo(rng, 20, 30), np.zeros((2, 30, 3), np.uint8)])
    expected = [[colorsys.rgb_to_hsv(*pixel)[1] for pixel in row] for row in (img / 255).tolist()]
    np.testing.assert_allclose(saturation(img), expected, atol=1e-12)


@pytest.mark.parametrize('band', [2**23, 100, 7])
def test_the_mean_of_a_photo_that_is_counted_in_bands_is_the_mean_of_its_pixels(band, rng, monkeypatch):
    monkeypatch.setitem(mean_saturation.__globals__, 'BAND', band)
    img = random_photo(rng, 61, 40)
    img[:9] = 0
    assert mean_saturation(img) == pytest.approx(saturation(img).mean(), rel=1e-12)

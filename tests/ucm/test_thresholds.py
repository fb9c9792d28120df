from __future__ import annotations

import numpy as np
import pytest

from mmhaze.ucm.passes import FALLBACK, GRAY
from mmhaze.ucm.thresholds import choose_gate, contrast_threshold, mean_gray


@pytest.mark.parametrize('shape', [(6, 6), (7, 9), (1, 5), (1, 1)])
def test_contrast_threshold_is_numpys_mean_and_median(shape, rng):
    contrast = rng.integers(0, 256, shape, np.uint8)
    histogram = np.bincount(contrast.ravel(), minlength=256)
    assert contrast_threshold(histogram) == (np.mean(contrast) + np.median(contrast)) / 2


def test_mean_gray_weights_the_channels_as_equation_4_has_it(rng):
    img = rng.integers(0, 256, (13, 17, 3), np.uint8)
    blue, green, red = img.reshape(-1, 3).astype(float).mean(0)
    assert mean_gray(img) == pytest.approx(0.3 * red + 0.33 * green + 0.45 * blue, rel=1e-12)


@pytest.mark.parametrize(('haze', 'gate'), [(0, FALLBACK), (20, FALLBACK), (21, GRAY), (100, GRAY)])
def test_the_fallback_is_taken_up_to_a_fifth_of_its_pixels(haze, gate):
    histogram = np.zeros((4, 256), np.int64)
    histogram[GRAY | FALLBACK, 9] = haze
    histogram[FALLBACK, 0] = 100 - haze
    histogram[GRAY | FALLBACK, 10] = 1000  # not below the threshold
    assert choose_gate(histogram, 9.5) == gate

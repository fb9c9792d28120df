from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import minimum_filter

from mmhaze.physics.dark_channel import dark_channel


@pytest.mark.parametrize('dtype', [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize('window', [1, 5, 15])
def test_the_dark_channel_is_scipys_minimum_with_the_border_left_out(rng, dtype, window):
    img = (rng.random((40, 50, 3)) * 255).astype(dtype)
    found = dark_channel(img, window)
    np.testing.assert_array_equal(found, minimum_filter(img.min(axis=2), window, mode='constant', cval=255))
    assert found.dtype == dtype

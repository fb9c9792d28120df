from __future__ import annotations

import numpy as np

from mmhaze.synthesis.drawn_photos import draw_photos
from mmhaze.synthesis.scenes import render_scene


def test_each_photo_is_another_street_in_the_next_haze():
    photos = draw_photos(3, 48, 64, betas=(0.0, 10.0))
    assert photos.shape == (3, 48, 64, 3) and photos.dtype == np.uint8
    np.testing.assert_array_equal(photos[0], render_scene(0, (48, 64))[0])
    np.testing.assert_array_equal(photos[2], render_scene(2, (48, 64))[0])
    assert (photos[1] == round(0.9 * 255)).mean() > 0.9  # haze alone, but for what is close

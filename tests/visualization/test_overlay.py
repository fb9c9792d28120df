from __future__ import annotations

import numpy as np
import pytest

from mmhaze.ucm import segment_haze
from mmhaze.visualization import overlay_haze
from mmhaze.visualization.overlay import OPACITY, TINT_BGR
from tests.ucm.photos import wall


def test_the_haze_is_tinted_the_box_outlined_and_the_rest_as_it_was():
    img = wall(beta=0.05)
    regions = segment_haze(img)
    overlay = overlay_haze(img, regions)
    x0, y0, x1, y1 = regions.box
    outline = np.zeros(img.shape[:2], bool)
    outline[y0:y1, x0:x1] = True
    outline[y0 + 1:y1 - 1, x0 + 1:x1 - 1] = False
    np.testing.assert_array_equal(overlay[outline], np.broadcast_to(TINT_BGR, overlay[outline].shape))
    rest, tinted = ~regions.mask & ~outline, regions.mask & ~outline
    np.testing.assert_array_equal(overlay[rest], img[rest])
    assert tinted.any()
    np.testing.assert_allclose(overlay[tinted], img[tinted] * (1 - OPACITY) + np.array(TINT_BGR) * OPACITY, atol=0.5)


def test_without_haze_the_photo_stays_as_it_is():
    img = np.full((30, 40, 3), 70, np.uint8)
    np.testing.assert_array_equal(overlay_haze(img, segment_haze(img)), img)


@pytest.mark.parametrize('photo', [None, 'a.png', [[1]]])
def test_what_is_no_photo_is_refused(photo):
    with pytest.raises(ValueError, match=r'wanted the photo that the regions are of, .* got (None|a str|a list)\.'):
        overlay_haze(photo, segment_haze(np.zeros((4, 4, 3), np.uint8)))


def test_a_photo_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r'\(30, 40\).*\(40, 30\)'):
        overlay_haze(np.zeros((40, 30, 3), np.uint8), segment_haze(np.zeros((30, 40, 3), np.uint8)))

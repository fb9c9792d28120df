from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from mmhaze.visualization import overlay_map


def found(transmission: np.ndarray, sky: np.ndarray) -> SimpleNamespace:
    return SimpleNamespace(transmission=transmission.astype(np.float32), sky=sky.astype(np.float32))


def test_a_clear_sky_stays_and_haze_has_its_colour():
    img = np.full((96, 120, 3), 100, np.uint8)
    transmission, sky = np.ones((96, 120)), np.zeros((96, 120))
    transmission[:, 60:] = 0
    sky[:, :30] = 1
    over = overlay_map(img, found(transmission, sky))
    none, all_of_it = cv2.applyColorMap(np.array([[0, 255]], np.uint8), cv2.COLORMAP_VIRIDIS)[0].astype(int)
    assert (over[10, 10] == 100).all() and (img == 100).all()
    np.testing.assert_allclose(over[10, 45], 45 + 0.55 * none, atol=1)
    np.testing.assert_allclose(over[10, 90], 45 + 0.55 * all_of_it, atol=1)


def test_the_legend_runs_along_the_bottom_from_none_to_haze_alone():
    over = overlay_map(np.zeros((240, 320, 3), np.uint8), found(np.ones((240, 320)), np.zeros((240, 320))))
    scale = cv2.applyColorMap(np.linspace(0, 255, 320).round().astype(np.uint8)[None], cv2.COLORMAP_VIRIDIS)[0]
    np.testing.assert_array_equal(over[-1, 130:190], scale[130:190])
    assert not np.array_equal(over[-8:, :60], np.broadcast_to(scale[:60], (8, 60, 3)))  # its words


@pytest.mark.parametrize('shape', [(1, 1), (1, 300), (300, 2)])
def test_any_photo_has_one(shape):
    assert overlay_map(np.zeros((*shape, 3), np.uint8), found(np.ones(shape), np.zeros(shape))).shape == (*shape, 3)


def test_a_map_of_another_photo_is_refused():
    with pytest.raises(ValueError, match=r'photo of \(4, 5\), and img is \(5, 4\)'):
        overlay_map(np.zeros((5, 4, 3), np.uint8), found(np.ones((4, 5)), np.zeros((4, 5))))

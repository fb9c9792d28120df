"""The dark channel prior of large photos; what it says of a photo is tested with the dehazer that stands on it."""
from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from mmhaze.physics import prior
from mmhaze.physics.prior import estimate_scattering


def blurred(height: int, width: int) -> np.ndarray:
    """Patches of colour of all sizes, (height, width, 3) float32."""
    rng = np.random.default_rng(0)
    return sum(rng.random((height // side + 1, width // side + 1, 3), np.float32)
               .repeat(side, axis=0).repeat(side, axis=1)[:height, :width] for side in (1, 8, 50)) / 3


@pytest.mark.parametrize('size', [(300, 520), (520, 61), (64, 64), (65, 400)])
def test_a_photo_in_tiles_gives_what_the_whole_one_gives(monkeypatch, size):
    photo = blurred(*size)
    whole, airlight = estimate_scattering(photo)
    monkeypatch.setattr(prior, 'TILE', 64)
    found, same = estimate_scattering(photo)
    np.testing.assert_array_equal(same, airlight)
    np.testing.assert_allclose(found, whole, atol=1e-5)


def test_planes_of_torch_give_what_pixels_give():
    photo = blurred(90, 80)
    planes = np.ascontiguousarray(photo.transpose(2, 0, 1)).transpose(1, 2, 0)
    for found, expected in zip(estimate_scattering(planes), estimate_scattering(photo)):
        np.testing.assert_array_equal(found, expected)


def test_a_large_photo_takes_no_more_than_forty_bytes_a_pixel_beside_itself():
    photo = np.broadcast_to(np.float32(0.5), (2000, 3000, 3))  # of no size itself
    tracemalloc.start()
    estimate_scattering(photo)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most / (2000 * 3000) < 40

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmhaze.models import DarkChannelPrior
from mmhaze.physics import add_haze, transmission
from mmhaze.physics.prior import estimate_scattering


@pytest.fixture
def clear() -> np.ndarray:
    """Saturated colours everywhere, each pixel dark in one channel: the prior holds exactly."""
    rng = np.random.default_rng(0)
    blocks = rng.random((12, 16, 3), np.float32) * 0.8
    np.put_along_axis(blocks, rng.integers(0, 3, (12, 16, 1)), 0, axis=2)
    return blocks.repeat(10, axis=0).repeat(10, axis=1)


def haze(clear: np.ndarray, airlight: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """A wall 50 m away below the sky."""
    depth = np.full((120, 160), 50, np.float32)
    depth[:16] = np.inf
    return add_haze(clear, depth, 0.02, airlight).astype(np.float32), transmission(depth, 0.02)


def test_where_the_prior_holds_it_finds_transmission_and_airlight(clear):
    hazy, true = haze(clear)
    found, airlight = estimate_scattering(hazy)
    np.testing.assert_allclose(airlight, 0.9, atol=1e-6)
    # omega leaves a twentieth of the haze; far from the sky, which the filter smooths over
    np.testing.assert_allclose(found[-10:], 1 - 0.95 * (1 - true[-10:]), atol=0.02)
    assert found[:4].max() < 0.3 < found[-10:].min()


def test_the_airlight_is_the_brightest_pixel_where_the_dark_channel_is_brightest(clear):
    hazy = clear * 0.5
    hazy[:17, :17] = 0.8     # the sky, as the windows see it
    hazy[8, 8] = 0.8, 0.9, 0.85
    hazy[100, 100] = 1       # a lamp
    np.testing.assert_allclose(estimate_scattering(hazy)[1], [0.8, 0.9, 0.85], atol=1e-6)


def test_it_takes_synthetic_haze_off(clear):
    hazy, _ = haze(clear)
    dehazed = DarkChannelPrior()(torch.from_numpy(hazy).permute(2, 0, 1)[None])[0].permute(1, 2, 0).numpy()
    before, after = (np.abs(image - clear)[60:].mean() for image in (hazy, dehazed))
    assert after < before / 5


def test_black_and_white_photos_stay_finite():
    for value in (0.0, 1.0):
        dehazed = DarkChannelPrior()(torch.full((1, 3, 20, 30), value))
        torch.testing.assert_close(dehazed, torch.full((1, 3, 20, 30), value))

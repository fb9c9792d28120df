from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mmhaze.haze_map import estimate_haze
from mmhaze.models import HazeMapDehazer
from mmhaze.models.dehazers import haze_map_dehazer
from mmhaze.models.dehazers.haze_map_dehazer import LEAST, light_of_haze, restrain
from mmhaze.physics import add_haze, transmission
from mmhaze.synthesis.scenes import render_scene


@pytest.fixture
def hazy(monkeypatch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A drawn street in bluish haze whose transmission and airlight are known: clear and hazy RGB, and t."""
    clear, depth = render_scene(4, (96, 128))
    clear = clear[..., ::-1].astype(np.float32) / 255
    t = transmission(depth.astype(np.float32), 0.01)
    airlight = np.array([0.7, 0.8, 0.9], np.float32)
    monkeypatch.setattr(haze_map_dehazer, 'estimate_haze',
                        lambda img: SimpleNamespace(transmission=t, airlight=airlight[::-1]))
    return clear, add_haze(clear, depth.astype(np.float32), 0.01, airlight), t


def test_with_the_true_transmission_and_airlight_the_clear_scene_comes_back(hazy):
    clear, img, t = hazy
    restored = HazeMapDehazer().dehaze(torch.from_numpy(img.transpose(2, 0, 1).copy())[None])[0].numpy()
    seen = t >= LEAST
    assert 0.3 < seen.mean() < 0.9
    before, after = (np.abs(each[seen] - clear[seen]).mean() for each in (img, restored.transpose(1, 2, 0)))
    assert after < 0.1 * before


def test_what_haze_hides_is_not_amplified(hazy):
    _, img, t = hazy
    hidden = t < 1e-3
    noisy = img + np.random.default_rng(0).normal(0, 0.02, img.shape).astype(np.float32)
    restored = HazeMapDehazer().dehaze(torch.from_numpy(noisy.transpose(2, 0, 1).copy())[None])[0].numpy()
    assert hidden.any() and np.abs(restored.transpose(1, 2, 0)[hidden] - noisy[hidden]).max() < 0.01


def test_the_gain_is_that_of_the_model_then_falls_evenly_to_one():
    gain = 1 / restrain(np.float32([1, 0.5, 0.2, 0.1, 0]))
    np.testing.assert_allclose(gain, [1, 2, 5, 3, 1], rtol=1e-5)


def test_it_asks_the_network_in_the_box_and_takes_bgr_for_rgb(monkeypatch):
    asked = []
    monkeypatch.setattr(haze_map_dehazer, 'estimate_haze', lambda img: asked.append(img) or estimate_haze(img))
    photo = torch.zeros(1, 3, 20, 30)
    photo[:, 0] = 1
    assert HazeMapDehazer().dehaze(photo).shape == photo.shape
    assert (asked[0] == (0, 0, 255)).all()


def test_the_light_of_haze_is_what_is_seen_where_it_hides_all_and_that_of_the_photo_elsewhere():
    photo = np.full((192, 256, 3), 60, np.uint8)
    photo[:, :100], photo[:, 100:120] = (200, 180, 160), (150, 140, 130)
    t = np.ones((192, 256), np.float32)
    t[:, :120] = 0
    light = light_of_haze(photo, t, np.float32([0.5, 0.6, 0.7]))
    assert light.shape == photo.shape
    np.testing.assert_allclose(light[96, 10], np.float32([200, 180, 160]) / 255, atol=0.06)
    np.testing.assert_allclose(light[96, 250], [0.5, 0.6, 0.7], atol=0.01)

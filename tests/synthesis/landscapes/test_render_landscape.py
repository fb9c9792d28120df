from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmhaze.synthesis.landscapes import KINDS, render_landscape
from mmhaze.synthesis.landscapes.canvas import FARTHEST, NEAREST
from mmhaze.synthesis.scenes import SKY_DEPTH
from mmhaze.synthesis.weather.draw import SKY_FROM

SMALL = (48, 64)


@pytest.fixture(scope='module')
def landscapes() -> list[tuple[np.ndarray, np.ndarray]]:
    return [render_landscape(seed, SMALL) for seed in range(2 * len(KINDS))]  # two of each


def test_a_seed_gives_the_same_landscape_byte_for_byte_whatever_was_drawn_before(landscapes):
    np.random.default_rng().random()
    for seed in (3, 6):
        for kept, again in zip(landscapes[seed], render_landscape(seed, SMALL)):
            assert kept.tobytes() == again.tobytes()


def test_no_two_seeds_look_alike(landscapes):
    thumbnails = [cv2.resize(clear, (16, 12), interpolation=cv2.INTER_AREA).astype(float) for clear, _ in landscapes]
    differences = [np.abs(a - b).mean() for i, a in enumerate(thumbnails) for b in thumbnails[:i]]
    assert min(differences) > 5 and np.median(differences) > 30


def test_only_the_sky_is_as_far_as_the_weather_takes_for_sky(landscapes):
    for clear, depth in landscapes:
        assert clear.shape == (*SMALL, 3) and clear.dtype == np.uint8
        assert depth.shape == SMALL and depth.dtype == np.float32
        land = depth[depth != SKY_DEPTH]
        assert land.size and land.min() >= NEAREST and land.max() <= FARTHEST < SKY_FROM < SKY_DEPTH


def test_clear_air_has_dark_and_bright_pictures(landscapes):
    means = [clear.mean() for clear, _ in landscapes]
    assert min(means) < 70 and max(means) > 130


def test_the_kinds_take_turns(monkeypatch):
    seen: list[str] = []
    monkeypatch.setattr('mmhaze.synthesis.landscapes.place.paint_place',
                        lambda name, rng, size: seen.append(name) or (np.zeros((*size, 3)), np.ones(size)))
    for seed in range(len(KINDS) + 1):
        render_landscape(seed, (16, 16))
    assert seen == [*KINDS, next(iter(KINDS))]


@pytest.mark.parametrize('size', [(8, 64), (64, 15)])
def test_a_wrong_size_says_what_is_wanted(size):
    with pytest.raises(ValueError, match=r'a size \(H, W\) of at least 16'):
        render_landscape(0, size)

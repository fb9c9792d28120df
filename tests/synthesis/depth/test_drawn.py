from __future__ import annotations

import numpy as np
import pytest

from mmhaze.synthesis.depth.drawn import LIMITS, SKY, draw_depth


def street(rng: np.random.Generator) -> np.ndarray:
    """A blue sky over a dark ground with a red wall at the right, (96, 128, 3) uint8 BGR."""
    img = rng.integers(40, 60, (96, 128, 3)).astype(np.uint8)
    img[:40] = (230, 190, 140)
    img[20:70, 90:] = (20, 20, 200)
    return img


def draw(seed: int) -> np.ndarray:
    return draw_depth(street(np.random.default_rng(0)), np.random.default_rng(seed))


def test_the_sky_is_far_and_all_else_within_its_limits():
    depth = draw(1)
    assert (depth[:36, :86] == SKY).all() and not (depth[42:] == SKY).any()
    ground = depth[depth < SKY]
    assert ground.min() >= LIMITS[0] and ground.max() <= LIMITS[1]


def test_the_ground_is_farther_up_the_picture():
    """In the mean of many draws: each one has pieces and a field of its own."""
    rows = np.log(np.mean([draw(seed)[45:, :80] for seed in range(40)], axis=0)).mean(axis=1)
    assert np.corrcoef(np.arange(len(rows)), rows)[0, 1] < -0.9 and rows[0] - rows[-1] > 1


def test_depth_jumps_where_the_colours_do():
    jumps = [np.abs(np.diff(np.log(draw(seed)[50:66]), axis=1)).mean(axis=0) for seed in range(40)]
    jumps = np.mean(jumps, axis=0)
    assert jumps[88:91].max() > 3 * np.median(jumps)


@pytest.mark.parametrize('shape', [(1, 1), (3, 200), (64, 64)])
def test_any_photo_has_a_depth(shape):
    depth = draw_depth(np.full((*shape, 3), 90, np.uint8), np.random.default_rng(0))
    assert depth.shape == shape and np.isfinite(depth).all() and depth.min() >= LIMITS[0]

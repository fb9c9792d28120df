from __future__ import annotations

import numpy as np
import pytest

from mmhaze.baselines import fog_block_share, fog_blocks, mean_saturation, saturation
from tests.ucm.photos import random_photo, wall


def slow_blocks(img: np.ndarray, side: int) -> np.ndarray:
    """A block at a time, with NumPy's correlation."""
    rows, columns = img.shape[0] // side, img.shape[1] // side
    found = np.zeros((rows, columns), bool)
    for row in range(rows):
        for column in range(columns):
            pixels = img[row * side:(row + 1) * side, column * side:(column + 1) * side].reshape(-1, 3) / 255
            grey = np.mean([1 - min(pixel) / max(pixel) if max(pixel) else 0 for pixel in pixels.tolist()])
            pairs = [(pixels[:, a], pixels[:, b]) for a, b in ((0, 1), (1, 2), (0, 2))]
            rho = [1.0 if a.var() * b.var() < 1e-12 else np.corrcoef(a, b)[0, 1] for a, b in pairs]
            found[row, column] = grey < 0.1 and np.mean(rho) > 0.95
    return found


def greyish(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Blobs from grey to colourful, from left to right, with a flat corner and a black one."""
    photo = random_photo(rng, height, width).astype(float)
    grey = photo.mean(2, keepdims=True)
    photo = grey * 0.8 + 50 + (photo - grey) * np.linspace(0, 0.3, width)[:, None]
    photo[:20, :20], photo[-20:, -20:] = 200, 0
    return photo.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(('shape', 'side'), [((121, 150), 4), ((240, 251), 8)])
def test_any_photo_has_the_blocks_of_the_slow_loop(shape, side, rng):
    img = greyish(rng, *shape)
    expected = slow_blocks(img, side)
    assert 0.05 < expected.mean() < 0.95
    np.testing.assert_array_equal(fog_blocks(img), expected)
    assert fog_block_share(img) == expected.mean()


def test_at_480_rows_a_block_has_16_pixels():
    assert fog_blocks(np.zeros((480, 640, 3), np.uint8)).shape == (30, 40)


def test_flat_grey_is_fog_and_flat_colour_is_not():
    assert fog_block_share(np.full((60, 60, 3), 180, np.uint8)) == 1
    assert fog_block_share(np.full((60, 60, 3), (150, 180, 200), np.uint8)) == 0


def test_grey_blocks_whose_channels_move_apart_are_not_fog(rng):
    apart = rng.integers(190, 200, (300, 300, 3), np.uint8)
    together = np.repeat(apart[..., :1], 3, axis=2)
    assert fog_block_share(apart) == 0 and fog_block_share(together) == 1


def test_more_haze_is_more_fog_and_less_colour():
    betas = (0, 0.005, 0.01, 0.02, 0.05, 0.1)
    shares, colours = ([score(wall(beta)) for beta in betas] for score in (fog_block_share, mean_saturation))
    assert shares == sorted(shares) and shares[-1] > 0.2 and shares[0] == 0
    assert colours == sorted(colours, reverse=True) and colours[-1] < 0.2 < 0.5 < colours[0]


def test_fog_is_found_where_the_wall_is_far():
    blocks = fog_blocks(wall(0.05))
    assert blocks[:, -4:].mean() > 0.9 and not blocks[:, :10].any()


def test_saturation_by_hand():
    img = np.array([[[0, 0, 0], [255, 255, 255], [100, 0, 50], [60, 80, 70]]], np.uint8)
    np.testing.assert_allclose(saturation(img), [[0, 0, 1, 0.25]])
    assert mean_saturation(img) == pytest.approx(0.3125)


@pytest.mark.parametrize('size', [(700, 900), (3, 300_000), (300_000, 3)])
def test_the_mean_saturation_of_a_large_photo_is_that_of_all_its_pixels(size):
    img = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    img[size[0] // 2:] //= 2
    assert mean_saturation(img) == pytest.approx(saturation(img).mean(), rel=1e-12)

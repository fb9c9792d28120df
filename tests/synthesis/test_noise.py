from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from mmhaze.synthesis.noise import draw_lattice, fractal_noise, gradient_noise


def slow_gradient_noise(shape: tuple[int, int], cell: tuple[float, float], offset: np.ndarray,
                        angles: np.ndarray) -> np.ndarray:
    """Perlin's noise, spelt out: the blend of four ramps, pixel by pixel."""
    def fade(x: float) -> float:
        return 6 * x**5 - 15 * x**4 + 10 * x**3

    noise = np.empty(shape)
    for y in range(shape[0]):
        for x in range(shape[1]):
            row, column = offset[0] + y / cell[0], offset[1] + x / cell[1]
            value = 0.0
            for a in (0, 1):
                for b in (0, 1):
                    r, c = math.floor(row) + a, math.floor(column) + b
                    ramp = math.sin(angles[r, c]) * (row - r) + math.cos(angles[r, c]) * (column - c)
                    value += ramp * fade(1 - abs(row - r)) * fade(1 - abs(column - c))
            noise[y, x] = value
    return noise


@cache
def some_fields(kind: str) -> list[np.ndarray]:
    return [fractal_noise((480, 640), np.random.default_rng(seed), kind) for seed in range(16)]


def structure_functions(kind: str, lag: int, stretch: int) -> tuple[float, float]:
    """Mean squared difference at ``lag`` rows and at ``stretch * lag`` columns, over some fields."""
    vertical, horizontal = [], []
    for noise in some_fields(kind):
        vertical.append(np.square(noise[lag:] - noise[:-lag]).mean())
        horizontal.append(np.square(noise[:, stretch * lag:] - noise[:, :-stretch * lag]).mean())
    return float(np.mean(vertical)), float(np.mean(horizontal))


@pytest.mark.parametrize('cell', [(12.5, 50.0), (0.75, 3.0), (20.0, 20.0)])
def test_one_octave_equals_perlin_noise_spelt_out_pixel_by_pixel(cell: tuple[float, float]):
    shape = (30, 41)
    offset, angles = draw_lattice(shape, cell, np.random.default_rng(3))
    expected = slow_gradient_noise(shape, cell, offset, angles)
    np.testing.assert_allclose(gradient_noise(shape, cell, offset, angles), expected, atol=1e-12)
    assert expected.std() > 0.05


def test_six_octaves_each_half_as_large_and_0_65_as_strong_make_a_field_as_in_frida():
    shape, rng = (24, 32), np.random.default_rng(5)
    expected = np.zeros(shape)
    for octave in range(6):
        cell = (240 * 24 / 480 / 2**octave, 960 * 24 / 480 / 2**octave)
        expected += 0.65**octave * slow_gradient_noise(shape, cell, *draw_lattice(shape, cell, rng))
    expected = (expected - expected.min()) / (expected.max() - expected.min())
    np.testing.assert_allclose(fractal_noise(shape, np.random.default_rng(5)), expected, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(('lag', 'measured'), [(4, 0.0013), (16, 0.0100), (32, 0.0215)])
def test_frida_noise_varies_over_y_rows_as_over_4y_columns_and_as_measured_in_frida(lag: int, measured: float):
    # measured: the airlight of L080, (A - 0.8) / 0.2, where transmission is below 0.4, mean of the 18 scenes
    vertical, horizontal = structure_functions('frida', lag, stretch=4)
    assert 0.75 < vertical / horizontal < 1.33
    assert 0.75 < vertical / measured < 1.33


def test_hazel_noise_varies_alike_along_rows_and_columns():
    vertical, horizontal = structure_functions('hazel', 32, stretch=1)
    assert 0.75 < vertical / horizontal < 1.33


@pytest.mark.parametrize('kind', ['frida', 'hazel'])
def test_a_field_reaches_0_and_1_and_is_that_of_its_seed(kind: str):
    noise = fractal_noise((48, 64), np.random.default_rng(1), kind)
    assert (noise.min(), noise.max(), noise.shape) == (0, 1, (48, 64))
    np.testing.assert_array_equal(noise, fractal_noise((48, 64), np.random.default_rng(1), kind))
    assert np.abs(noise - fractal_noise((48, 64), np.random.default_rng(2), kind)).mean() > 0.1


def test_a_larger_image_has_the_same_clouds_and_not_more_of_them():
    small = fractal_noise((120, 160), np.random.default_rng(0), 'hazel')
    large = fractal_noise((480, 640), np.random.default_rng(0), 'hazel')
    assert np.abs(large[::4, ::4] - small).max() < 0.02


@pytest.mark.parametrize(('shape', 'kind', 'complaint'), [
    ((48, 64), 'value', "one of .*'frida'"), ((1, 64), 'frida', 'at least 2'), ((4, 4, 3), 'frida', r'\(H, W\)'),
])
def test_a_wrong_argument_is_refused(shape: tuple[int, int], kind: str, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        fractal_noise(shape, np.random.default_rng(0), kind)

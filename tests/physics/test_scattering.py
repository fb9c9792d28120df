from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmhaze.physics import add_haze, beta_to_visibility, remove_haze, scattering, transmission, visibility_to_beta
from mmhaze.physics.scattering import fade_contrast, restore_contrast


@given(st.floats(0.1, 1e5))
def test_visibility_and_beta_are_each_others_inverse_and_five_percent_contrast_is_left(visibility):
    beta = visibility_to_beta(visibility)
    assert beta_to_visibility(beta) == pytest.approx(visibility)
    assert math.exp(-beta * visibility) == pytest.approx(0.05, rel=0.01)


def test_clear_air_has_no_end_of_visibility():
    assert beta_to_visibility(0) == math.inf


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 0.1))
def test_transmissions_of_two_stretches_multiply(first, second, beta):
    whole, parts = transmission(np.array([first + second]), beta), transmission(np.array([first, second]), beta)
    np.testing.assert_allclose(whole[0], parts.prod(), rtol=1e-9)


def test_haze_follows_the_equation_pixel_by_pixel(rng):
    clear, depth = rng.random((5, 7, 3)), rng.uniform(0, 200, (5, 7))
    beta, airlight = rng.uniform(0, 0.05, (5, 7)), rng.uniform(0.7, 1, (5, 7))
    hazy = add_haze(clear, depth, beta, airlight)
    for y in range(5):
        for x in range(7):
            t = math.exp(-beta[y, x] * depth[y, x])
            for channel in range(3):
                expected = clear[y, x, channel] * t + airlight[y, x] * (1 - t)
                assert hazy[y, x, channel] == pytest.approx(expected)


def test_without_haze_the_scene_stays_and_in_the_sky_there_is_airlight_alone(rng):
    clear = rng.random((4, 4, 3), np.float32)
    depth = np.full((4, 4), np.inf)
    np.testing.assert_array_equal(add_haze(clear, depth, beta=0, airlight=0.8), clear)
    hazy = add_haze(clear, depth, beta=0.01, airlight=(0.7, 0.8, 0.9))
    assert hazy.dtype == np.float32
    np.testing.assert_allclose(hazy, np.broadcast_to(np.float32([0.7, 0.8, 0.9]), (4, 4, 3)))


def test_more_haze_brings_every_pixel_nearer_to_the_airlight(rng):
    clear, depth = rng.random((6, 6, 3)), rng.uniform(1, 100, (6, 6))
    gaps = [np.abs(add_haze(clear, depth, beta, 1.0) - 1.0) for beta in (0.01, 0.02, 0.04)]
    assert (gaps[0] > gaps[1]).all() and (gaps[1] > gaps[2]).all()


@pytest.mark.parametrize(('change', 'message'), [
    (dict(depth=np.full((4, 4), np.nan)), '16 NaN'),
    (dict(depth=np.full((4, 4), -1.0)), 'depth must be at least 0'),
    (dict(depth=np.ones((4, 5))), r'\(4, 4\), got \(4, 5\)'),
    (dict(beta=-0.1), 'beta must be at least 0'),
    (dict(beta=math.nan), 'beta must be at least 0'),
    (dict(beta=np.ones((2, 2))), 'beta is a number or has the shape'),
    (dict(airlight=1.2), 'airlight must lie in'),
    (dict(airlight=np.ones((2, 2))), 'airlight is a number'),
    (dict(clear=np.ones((4, 4, 3), np.uint8)), r'img / 255'),
    (dict(clear=np.full((4, 4, 3), 255.0)), r'img / 255'),
    (dict(clear=np.ones((4, 4))), r'\(H, W, 3\) float'),
])
def test_what_does_not_fit_is_refused_by_name(change, message):
    arguments = dict(clear=np.ones((4, 4, 3)), depth=np.ones((4, 4)), beta=0.01, airlight=1.0)
    with pytest.raises(ValueError, match=message):
        add_haze(**{**arguments, **change})


@pytest.mark.parametrize('visibility', [0, -1, math.nan])
def test_a_visibility_that_is_no_distance_is_refused(visibility):
    with pytest.raises(ValueError, match='visibility is a distance'):
        visibility_to_beta(visibility)


def test_a_negative_beta_has_no_visibility():
    with pytest.raises(ValueError, match='beta is a scattering coefficient'):
        beta_to_visibility(-0.1)


def test_both_forms_add_the_same_haze_and_take_it_away(rng):
    clear, depth, airlight = rng.random((7, 9, 3)), rng.random((7, 9)) * 100, np.array([0.9, 0.8, 0.7])
    before, t = clear.copy(), transmission(depth, 0.02)[..., None]
    hazy = add_haze(clear, depth, 0.02, airlight)
    np.testing.assert_allclose(fade_contrast(clear, t, airlight), hazy, rtol=1e-12)
    np.testing.assert_array_equal(clear, before)
    np.testing.assert_allclose(remove_haze(hazy, t, airlight), clear, atol=1e-12)
    np.testing.assert_allclose(restore_contrast(hazy, t, airlight), clear, atol=1e-12)


def test_importing_physics_imports_no_torch():
    physics = Path(scattering.__file__).parent
    # the package above may import torch
    code = (f'import sys, types; package = types.ModuleType("mmhaze"); package.__path__ = [{str(physics.parent)!r}]; '
            f'sys.modules["mmhaze"] = package; import mmhaze.physics.prior; sys.exit("torch" in sys.modules)')
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0

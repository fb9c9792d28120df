from __future__ import annotations

import re

import numpy as np
import pytest

from mmhaze.haze_map import LEVEL_BOUNDS, LEVEL_NAMES, level_of, probabilities
from tests.conftest import ROOT


def test_the_bounds_rise_and_part_the_levels():
    assert len(LEVEL_BOUNDS) == len(LEVEL_NAMES) - 1
    assert LEVEL_BOUNDS[0] > 0 and LEVEL_BOUNDS[-1] < 1 and (np.diff(LEVEL_BOUNDS) > 0).all()
    assert [level_of(haze) for haze in (0.0, *LEVEL_BOUNDS, 1.0)] == [0, 1, 2, 3, 4, 4]
    assert [level_of(bound - 1e-6) for bound in LEVEL_BOUNDS] == [0, 1, 2, 3]


def test_the_table_of_the_conventions_has_the_names_and_the_bounds():
    page = (ROOT / 'docs' / 'conventions.md').read_text(encoding='utf-8')
    rows = re.findall(r'^\| (\d) \| ([a-z ]+) \| (0|\.\d+) \|', page, re.MULTILINE)
    assert [(int(level), name, float(bound)) for level, name, bound in rows] == [
        (level, name, bound) for level, (name, bound) in enumerate(zip(LEVEL_NAMES, (0.0, *LEVEL_BOUNDS)))]


@pytest.mark.parametrize('haze', [0.0, 0.08, 0.31, 0.9, 1.0])
@pytest.mark.parametrize('spread', [0.0, 1e-12, 0.0025, 0.1, 2.7])
def test_probabilities_are_a_distribution(haze, spread):
    found = probabilities(haze, spread)
    assert found.shape == (5,) and found.dtype == np.float32
    assert (found >= 0).all() and found.sum() == pytest.approx(1, abs=1e-6)


def test_they_are_how_often_draws_of_a_laplace_distribution_fall_between_the_bounds(rng):
    draws = rng.laplace(0.3, 0.1, 200_000)  # whose mean error is its scale
    counted = np.bincount(np.searchsorted(LEVEL_BOUNDS, draws, side='right'), minlength=5) / len(draws)
    np.testing.assert_allclose(probabilities(0.3, 0.1), counted, atol=0.005)


def test_more_haze_moves_them_up_and_doubt_spreads_them():
    means = [probabilities(haze, 0.05) @ np.arange(5) for haze in np.linspace(0, 1, 21)]
    assert (np.diff(means) > 0).all()
    sure = [probabilities(0.44, spread)[3] for spread in (0.01, 0.05, 0.2, 1.0)]
    assert (np.diff(sure) < 0).all()


@pytest.mark.parametrize('haze', [0.01, 0.3, 0.6])
def test_without_doubt_the_level_is_certain(haze):
    assert probabilities(haze, 0.0).tolist() == np.eye(5)[level_of(haze)].tolist()
    assert probabilities(haze, 0.001).argmax() == level_of(haze)

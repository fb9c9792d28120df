from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmhaze.synthesis.depth.gaps import fill_gaps, find_matches


def slow_fill(depth: np.ndarray, known: np.ndarray) -> np.ndarray:
    filled = np.full(depth.shape, np.nan, np.float32)
    for y, row in enumerate(depth):
        values = {x: row[x] for x in range(len(row)) if known[y, x]}
        for x in range(len(row)):
            left = [value for place, value in values.items() if place <= x][-1:]
            right = [value for place, value in values.items() if place >= x][:1]
            if values:
                filled[y, x] = max(left + right)
    measured = [y for y in range(len(depth)) if known[y].any()]
    return np.array([filled[min(measured, key=lambda other: abs(other - y))] for y in range(len(depth))])


@given(st.integers(1, 6), st.integers(1, 7), st.integers(0, 2**32 - 1), st.floats(0.05, 1))
def test_a_gap_takes_the_farther_neighbour_of_its_row(height: int, width: int, seed: int, share: float):
    rng = np.random.default_rng(seed)
    depth = rng.uniform(1, 100, (height, width)).astype(np.float32)
    known = rng.random((height, width)) < share
    known[rng.integers(height), rng.integers(width)] = True
    depth[~known] = np.nan
    np.testing.assert_array_equal(fill_gaps(depth, known), slow_fill(depth, known))


def test_what_is_beside_a_pole_takes_the_background():
    depth = np.array([[50, 50, np.nan, 8, 8, np.nan, 30]], np.float32)
    np.testing.assert_array_equal(fill_gaps(depth, ~np.isnan(depth)), [[50, 50, 50, 8, 8, 30, 30]])


@pytest.mark.parametrize('value', [0, 1])
def test_no_disparity_is_no_match(value: int):
    values = np.full((60, 80), 5000)
    values[20:40, 20:40] = value
    expected = np.full((60, 80), True)
    expected[20:40, 20:40] = False
    np.testing.assert_array_equal(find_matches(values.astype(np.float32)), expected)


def test_a_speck_of_another_disparity_is_a_mismatch_and_a_pole_is_not():
    values = np.full((100, 100), 3000)
    values[50:52, 50:53] = 9000  # 6 pixels of 10000
    values[10:90, 20:22] = 9000
    values[60:62, 60:62] = 3100  # within a pixel of disparity of what is around it
    values[99, 99] = 65535
    matched = find_matches(values)
    assert not matched[50:52, 50:53].any() and not matched[99, 99]
    assert matched.sum() == 100 * 100 - 7

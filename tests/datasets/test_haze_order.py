from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mmhaze.datasets import haze_order
from mmhaze.datasets.haze_order import check_haze, hazier, see_haze
from mmhaze.datasets.listing import Listed


def listed(counts: list[int]) -> list[Listed]:
    return [Listed(Path(f'{level}/{number}.png'), level, {}, {}, '') for level, count in enumerate(counts)
            for number in range(count)]


@pytest.fixture
def seen(monkeypatch) -> dict[int, float]:
    """The haze that the network sees: that of the level, and a little more for each photo."""
    haze: dict[int, float] = {}

    class Estimator:
        def __call__(self, path: Path) -> SimpleNamespace:
            return SimpleNamespace(haze=haze[int(path.parent.name)] + int(path.stem) / 1000)

    monkeypatch.setattr(haze_order, 'HazeEstimator', Estimator)
    return haze


def test_levels_that_follow_the_haze_are_healthy(seen):
    seen.update({0: 0.1, 1: 0.3, 2: 0.6})
    assert list(check_haze(listed([12, 12, 12]), ['', '', ''], 1)) == []


def test_levels_upside_down_are_a_problem(seen):
    seen.update({0: 0.6, 1: 0.3, 2: 0.1})
    found, = check_haze(listed([12, 12, 12]), ['50 m', '', ''], 1)
    assert found.kind == 'reversed' and found.is_problem
    assert 'looks hazier in 0%' in found.text and '36 photos' in found.text
    assert found.details[0] == 'level 0 (50 m): median haze 0.61'


def test_levels_that_have_nothing_to_do_with_haze_are_worth_knowing(seen):
    seen.update({0: 0.3, 1: 0.3, 2: 0.3})
    found, = check_haze(listed([12, 12, 12]), ['', '', ''], 1)
    assert found.kind == 'haze' and not found.is_problem and 'hazier in 50%' in found.text


def test_neighbours_that_look_alike_are_named(seen):
    seen.update({0: 0.1, 1: 0.3, 2: 0.3})
    found, = check_haze(listed([12, 12, 12]), ['', '', ''], 1)
    assert 'cannot tell apart the levels 1 and 2.' in found.text


def test_a_level_of_few_photos_is_not_judged_and_of_many_some_are_looked_at(seen):
    seen.update({0: 0.6, 1: 0.3, 2: 0.1})
    assert list(check_haze(listed([12, 9]), ['', ''], 1)) == []
    haze = see_haze(listed([500, 15, 9]), 1)
    assert {level: len(found) for level, found in haze.items()} == {0: 100, 1: 15}
    np.testing.assert_array_equal(haze[0], see_haze(listed([500, 15, 9]), 2)[0])


def test_pairs_are_counted_and_equal_ones_half():
    assert hazier(np.array([1.0, 2]), np.array([2.0, 3])) == 0.875

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmhaze.synthesis.splits import split_by_image, split_by_scene

SCENES = [f's{number}' for number in range(40)]


def test_by_image_a_tenth_of_every_level_is_tested_on():
    levels = [0] * 100 + [1] * 50 + [2] * 336
    counts = Counter(zip(levels, split_by_image(levels, 0.1, seed=1)))
    assert [counts[level, 'test'] for level in range(3)] == [10, 5, 34]
    assert sum(counts.values()) == len(levels)


def test_by_image_the_order_of_the_images_tells_nothing():
    split = split_by_image([0] * 1000, 0.5, seed=1)
    assert 200 < split[:500].count('test') < 300
    assert split == split_by_image([0] * 1000, 0.5, seed=1) != split_by_image([0] * 1000, 0.5, seed=2)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(2, 6), share=st.floats(0.2, 0.8))
def test_by_scene_near_duplicates_stay_together_whatever_the_seed(seed: int, size: int, share: float):
    groups = [SCENES[:size], SCENES[10:12]]
    split = split_by_scene(SCENES, share, seed, groups)
    assert all(len({split[scene] for scene in group}) == 1 for group in groups)
    assert list(split.values()).count('test') == round(share * 40)
    assert list(split) == SCENES


def test_by_scene_near_duplicates_come_to_both_sides():
    sides = {split_by_scene(SCENES, 0.5, seed, [SCENES[:6]])['s0'] for seed in range(20)}
    assert sides == {'train', 'test'}


def test_near_duplicates_that_are_not_in_a_partial_set_are_passed_over():
    split = split_by_scene(['a', 'b', 'c'], 1 / 3, 1, [('x', 'a'), ('y', 'z')])
    assert sorted(split.values()) == ['test', 'train', 'train']


def test_a_share_that_whole_groups_cannot_make_is_refused():
    with pytest.raises(ValueError, match='cannot make a test split of 1 of 3 scenes'):
        split_by_scene(['a', 'b', 'c'], 1 / 3, 1, [('a', 'b', 'c')])

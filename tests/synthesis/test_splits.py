from __future__ import annotations

import hashlib
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmhaze.synthesis.splits import advise_on_split, draw_part, fit_shares, split_by_image, split_by_scene

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


# by the content of a photo

def identities_of(count: int, first: int = 0) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(first, first + count)]


def parts_of(identities: list[str], shares: tuple[int, ...]) -> list[int]:
    counts = Counter(draw_part(identity, shares) for identity in identities)
    return [counts[part] for part in ('train', 'val', 'test')]


def test_parts_have_their_shares_and_depend_on_the_photo_alone():
    identities = identities_of(4000)
    counts = Counter(draw_part(identity, (80, 10, 10)) for identity in identities)
    assert set(counts) == {'train', 'val', 'test'}
    assert abs(counts['train'] - 3200) < 100 and abs(counts['val'] - 400) < 75
    assert {draw_part(identity, (0, 1, 0)) for identity in identities} == {'val'}
    assert {draw_part(identity, (0, 0, 9)) for identity in identities} == {'test'}
    for identity in identities:  # a larger share takes none away
        assert draw_part(identity, (90, 10, 0)) == 'train' or draw_part(identity, (80, 20, 0)) == 'val'


def test_the_parts_of_published_sets_stay_as_they_are():
    drawn = ''.join(draw_part(identity, (80, 10, 10))[1] for identity in identities_of(30))
    assert drawn == 'aererrrrrrarrrraerrerrrerrrrrr'


@pytest.mark.parametrize(('count', 'shares', 'parts'), [
    (3, (80, 10, 10), [1, 1, 1]), (5, (80, 10, 10), [3, 1, 1]), (10, (80, 10, 10), [8, 1, 1]),
    (25, (80, 10, 10), [21, 2, 2]),
    (100, (8, 1, 1), [80, 10, 10]), (2, (50, 0, 50), [1, 0, 1]), (4, (0, 1, 1), [0, 2, 2]), (1, (1, 0, 0), [1, 0, 0])])
def test_shares_are_found_by_which_a_few_photos_fill_all_parts(count, shares, parts):
    for first in range(0, 500, 50):
        identities = identities_of(count, first)
        fitting = fit_shares(identities, shares)
        assert min(fitting) >= 0 and parts_of(identities, fitting) == parts


def test_fewer_photos_than_parts_fill_none():
    for count in (1, 2):
        assert fit_shares(identities_of(count), (80, 10, 10)) is None
        advice = advise_on_split(identities_of(count), (80, 10, 10))
        assert 'would have none' in advice and 'Add some; --split 1/0/0 takes all for training' in advice


@settings(max_examples=200)
@given(st.integers(1, 60), st.integers(0, 10_000))
def test_parts_far_from_their_shares_are_said_with_the_split_that_gives_others(count, first):
    identities = identities_of(count, first)
    parts, advice = parts_of(identities, (80, 10, 10)), advise_on_split(identities, (80, 10, 10))
    near = min(parts) > 0 and abs(parts[0] - 0.8 * count) <= max(1, count / 10)
    assert near or advice
    if advice:
        train, val, test = parts
        assert f'would be train {train}, val {val}, test {test}, where --split 80/10/10 asks for' in advice
        offered = re.search(r'photos --split (\d+)/(\d+)/(\d+) and a new folder give '
                            r'train (\d+), val (\d+), test (\d+)', advice)
        assert (offered is None) == (count < 3)
        if offered:
            numbers = [*map(int, offered.groups())]
            assert parts_of(identities, tuple(numbers[:3])) == numbers[3:] and min(numbers[3:]) > 0

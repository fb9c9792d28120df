"""Two ways to split a synthetic set: by image, as papers do, and by scene, which alone measures what is new.

A scene occurs once for each fog and level. Split by image, the network has seen every test scene in other fog; scores
on that split compare with published ones, and say little of a street it never saw.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

TRAIN, TEST = 'train', 'test'


def split_by_image(levels: Sequence[int], test_share: float, seed: int) -> list[str]:
    """'train' or 'test' for each image, ``test_share`` of every level (rounded) being 'test'.

    Args:
        levels: the level of each image.
        test_share: in [0, 1].
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    every = np.asarray(levels)
    split = np.full(len(every), TRAIN, dtype=object)
    for level in np.unique(every):
        images = rng.permutation(np.flatnonzero(every == level))
        split[images[:round(test_share * len(images))]] = TEST
    return split.tolist()


def split_by_scene(scenes: Sequence[str], test_share: float, seed: int,
                   near_duplicates: Iterable[Sequence[str]] = ()) -> dict[str, str]:
    """'train' or 'test' for each scene, ``test_share`` of the scenes (rounded) being 'test'.

    Args:
        scenes: their names, each once.
        test_share: in [0, 1].
        seed: of the draw.
        near_duplicates: groups of scenes that look alike, no scene in two of them; a group falls on one side as a
            whole. Names that are not in ``scenes`` are passed over, so that a part of a set can be split too.

    Raises:
        ValueError: no choice of whole groups has that many scenes.
    """
    group_of = {scene: scene for scene in scenes}
    for group in near_duplicates:
        members = [scene for scene in group if scene in group_of]
        group_of.update((scene, members[0]) for scene in members)
    groups: dict[str, list[str]] = {}
    for scene, name in group_of.items():
        groups.setdefault(name, []).append(scene)

    wanted = round(test_share * len(group_of))
    test: set[str] = set()
    names = sorted(groups)
    for index in np.random.default_rng(seed).permutation(len(names)):
        if len(test) + len(groups[names[index]]) <= wanted:
            test.update(groups[names[index]])
    if len(test) < wanted:
        raise ValueError(f'Whole groups of near-duplicate scenes cannot make a test split of {wanted} of '
                         f'{len(group_of)} scenes, only of {len(test)}; choose another test_share than {test_share}, '
                         f'or another seed than {seed}.')
    return {scene: TEST if scene in test else TRAIN for scene in scenes}

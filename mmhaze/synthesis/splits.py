"""How a synthetic set is split: by image, as papers do, by scene, which alone measures what is new, or by photo.

A scene occurs once for each fog and level. Split by image, the network has seen every test scene in other fog; scores
on that split compare with published ones, and say little of a street it never saw. A set of photos, to which others are
added later, is split by photo: the part of each comes from its content alone.
"""
from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

TRAIN, VAL, TEST = PARTS = ('train', 'val', 'test')
FINEST = 10 ** 12  # what shares may add up to


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


def draw_part(identity: str, shares: Sequence[int]) -> str:
    """'train', 'val' or 'test', by the content of a photo alone: copies stay together, and more photos move none.

    Args:
        identity: see :func:`mmhaze.synthesis.wild.photo_identity`.
        shares: of the three parts, whole numbers.
    """
    place = _draw(identity) * sum(shares)  # of 2 ** 64 for each share
    return next(part for index, part in enumerate(PARTS) if place < sum(shares[:index + 1]) << 64)


def advise_on_split(identities: Collection[str], shares: Sequence[int]) -> str:
    """What to know of the parts of a few photos, each drawn by itself; empty where they are near their shares.

    Args:
        identities: of the photos, see :func:`draw_part`.
        shares: of the three parts, whole numbers.
    """
    counts, total = Counter(draw_part(identity, shares) for identity in identities), len(identities)
    asked = {part: total * share / sum(shares) for part, share in zip(PARTS, shares)}
    if all(counts[part] > 0 or not asked[part] for part in PARTS) and all(
            abs(counts[part] - asked[part]) <= max(1, total / 10) for part in PARTS):
        return ''
    empty = [part for part in PARTS if asked[part] and not counts[part]]
    lack = f'{" and ".join(empty)} would have none' if empty else 'that is far from it'
    wanted = ', '.join(f'{part} {number:.2g}' for part, number in asked.items())
    text = (f'The parts of these {total} photos would be {describe_parts(counts)}, where --split '
            f'{"/".join(map(str, shares))} asks for {wanted}: {lack}. Each photo is drawn by its content, so that '
            'photos added later move none.')
    fitting = fit_shares(identities, shares)
    if fitting is None:
        return (f'{text} So few different photos do not fill the parts. Add some; --split 1/0/0 takes all for '
                'training, --split 0/0/1 for a test.')
    counts = Counter(draw_part(identity, fitting) for identity in identities)
    return (f'{text} For these photos --split {"/".join(map(str, fitting))} and a new folder give '
            f'{describe_parts(counts)}.')


def fit_shares(identities: Collection[str], shares: Sequence[int]) -> tuple[int, ...] | None:
    """Shares by which :func:`draw_part` gives a few photos parts as near to ``shares`` as can be, none empty.

    None where there are fewer photos than parts that have a share.
    """
    draws = sorted({_draw(identity) for identity in identities})
    least = [int(share > 0) for share in shares]
    if len(draws) < sum(least):
        return None
    numbers = [max(low, round(len(draws) * share / sum(shares))) for low, share in zip(least, shares)]
    while sum(numbers) != len(draws):
        step = 1 if sum(numbers) < len(draws) else -1
        numbers[numbers.index(max(numbers))] += step
    total = 10
    while total < FINEST:
        first, second = (_cut(draws, count, total) for count in (numbers[0], numbers[0] + numbers[1]))
        if first is not None and second is not None:
            return first, second - first, total - second
        total *= 10
    return None


def describe_parts(counts: Mapping[str, int], parts: Sequence[str] = PARTS) -> str:
    """``'train 3, val 1, test 0'``."""
    return ', '.join(f'{part} {counts.get(part, 0)}' for part in parts)


def _draw(identity: str) -> int:
    """Of 2 ** 64."""
    return int.from_bytes(hashlib.sha256(f'split/{identity}'.encode()).digest()[:8], 'big')


def _cut(draws: Sequence[int], count: int, total: int) -> int | None:
    """The number of ``total`` shares that only the first ``count`` of the draws are below; None where there is none."""
    if count in (0, len(draws)):
        return total if count else 0
    cut = (draws[count - 1] * total >> 64) + 1
    return cut if draws[count] * total >= cut << 64 else None

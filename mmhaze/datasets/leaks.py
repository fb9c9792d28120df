"""Photos that occur twice, and scenes on both sides of a split, where a test asks what training has shown."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from .duplicates import SAME_SCENE, Fingerprint, find_closest, find_copies, mirror
from .findings import Finding, amount
from .listing import Listed


def check_copies(photos: Sequence[Listed], prints: Sequence[Fingerprint], splits: Sequence[str]) -> Iterator[Finding]:
    """Photos that are equal in every pixel: at two levels, in two parts of a split, or merely twice."""
    groups = [[photos[index] for index in group] for group in find_copies([one.digest for one in prints])]
    harmless = [True] * len(groups)
    torn = [number for number, group in enumerate(groups) if len({photo.level for photo in group}) > 1]
    if torn:
        text = f'At more than one level, of which at most one is right: {amount(len(torn), "photo")}.'
        yield Finding('conflict', text, tuple(' = '.join(map(_at_level, groups[number])) for number in torn))
    for split in splits:
        across = [number for number, group in enumerate(groups)
                  if len({photo.parts[split] for photo in group if photo.parts.get(split)}) > 1]
        if across:
            lines = (' = '.join(f'{photo.path} ({photo.parts.get(split)})' for photo in groups[number])
                     for number in across)
            text = f'In more than one part{_of(split)}, equal in every pixel: {amount(len(across), "photo")}.'
            yield Finding('copies across', text, tuple(lines))
        torn += across
    for number in torn:
        harmless[number] = False
    twice = [group for group, alone in zip(groups, harmless) if alone]
    if twice:
        more = sum(len(group) - 1 for group in twice)
        text = f'Copies of others at the same level and in the same part: {amount(more, "photo")}.'
        yield Finding('copies', text, tuple(' = '.join(str(photo.path) for photo in group) for group in twice))


def check_scenes(photos: Sequence[Listed], split: str) -> Iterator[Finding]:
    """Scenes whose photos, by what the list says of them, are in more than one part of a split."""
    parts_of: dict[str, Counter[str]] = {}
    for photo in photos:
        if photo.known.get('scene') and photo.parts.get(split):
            parts_of.setdefault(photo.known['scene'], Counter())[photo.parts[split]] += 1
    torn = {scene: parts for scene, parts in parts_of.items() if len(parts) > 1}
    if torn:
        lines = (f'{scene}: {", ".join(f"{count} in {part}" for part, count in parts.items())}'
                 for scene, parts in torn.items())
        text = (f'In more than one part{_of(split)}: {len(torn)} of {amount(len(parts_of), "source scene")}. A test '
                'there asks for scenes that were shown before.')
        yield Finding('scenes across', text, tuple(lines))


def check_lookalikes(photos: Sequence[Listed], prints: Sequence[Fingerprint], split: str) -> Iterator[Finding]:
    """Photos of one part that show what a photo of another part shows, in whatever haze, size or compression.

    Photos that the list gives one scene, and copies exact to the pixel, are left to the checks above.
    """
    members: dict[str, list[int]] = {}
    for index, photo in enumerate(photos):
        if photo.parts.get(split):
            members.setdefault(photo.parts[split], []).append(index)
    codes = {scene: code for code, scene in enumerate({photo.known.get('scene') for photo in photos} - {None})}
    scenes = np.array([codes.get(photo.known.get('scene'), -1) for photo in photos])
    for few, many in combinations(sorted(members, key=lambda part: len(members[part])), 2):
        elsewhere = {prints[index].digest for index in members[many]}
        asked = [index for index in members[few] if prints[index].digest not in elsewhere]
        pairs = _pair(asked, members[many], prints, scenes)
        if pairs:
            hazes = sum(photos[one].level != photos[other].level for one, other, _ in pairs)
            named = sum(scenes[one] >= 0 and scenes[other] >= 0 for one, other, _ in pairs)
            text = (f'In the part {few}{_of(split)}, showing what a photo in {many} shows: {len(pairs)} of '
                    f'{amount(len(members[few]), "photo")}'
                    + (f', {hazes} of them at another level of haze' if hazes else '')
                    + (f', {named} under another name of the scene' if named else '') + '.')
            lines = (f'{_at_level(photos[one])} ~ {_at_level(photos[other])}, similarity {value:.2f}'
                     for one, other, value in pairs)
            yield Finding('lookalikes across', text, tuple(lines))


def _pair(asked: Sequence[int], there: Sequence[int], prints: Sequence[Fingerprint],
          scenes: np.ndarray) -> list[tuple[int, int, float]]:
    """The photos asked for that have one of the same scene there, and which, the most similar first."""
    if not asked:
        return []
    queries = np.stack([prints[index].detail for index in asked])
    others = np.stack([prints[index].detail for index in there])
    groups = scenes[list(asked)], scenes[list(there)]
    index, similarity = find_closest(queries, others, *groups)
    mirrored_index, mirrored = find_closest(mirror(queries), others, *groups)
    index = np.where(mirrored > similarity, mirrored_index, index)
    similarity = np.maximum(mirrored, similarity)
    return [(asked[row], there[index[row]], float(similarity[row]))
            for row in np.argsort(-similarity, kind='stable') if similarity[row] >= SAME_SCENE]


def _at_level(photo: Listed) -> str:
    return f'{photo.path} (level {photo.level})'


def _of(split: str) -> str:
    return f' of the split {split}' if split else ''

"""What the doctor of data sets may find, and what it finds in lists and sizes; :mod:`.leaks` compares photos."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ..synthesis.writer import PLAN
from .duplicates import Fingerprint
from .listing import PARTS, Listed
from .sources import Source

# from the worst; what is in NOTES is worth knowing and does no harm by itself
PROBLEMS = ('list', 'unreadable', 'conflict', 'copies across', 'scenes across', 'lookalikes across', 'levels',
            'reversed')
NOTES = ('haze', 'folds', 'copies', 'balance', 'sizes', 'flat', 'frames', 'passed over')
UNBALANCED = 10  # times as many photos of one level as of another
MOSTLY = 0.9  # the share of one size, from which on others are odd


@dataclass(frozen=True)
class Finding:
    """Something about a data set.

    Attributes:
        kind: one of ``PROBLEMS`` or ``NOTES``.
        text: what it is, in a sentence or two.
        details: all that it is about, a line each.
    """

    kind: str
    text: str
    details: tuple[str, ...] = ()

    @property
    def is_problem(self) -> bool:
        return self.kind in PROBLEMS


def amount(count: int, noun: str) -> str:
    """``'1 photo'``, ``'2 photos'``."""
    return f'{count} {noun}' if count == 1 else f'{count} {noun}s'


def count_levels(photos: Sequence[Listed], splits: Sequence[str], levels: int) -> dict[str, list[int]]:
    """Photos of each level, of all and of each part of the splits, by the name of the column."""
    def count(chosen: Iterable[Listed]) -> list[int]:
        per_level = Counter(photo.level for photo in chosen)
        return [per_level[level] for level in range(levels)]

    columns = {'all': count(photos)}
    for split in splits:
        parts = {photo.parts[split] for photo in photos if photo.parts.get(split)}
        for part in [*(part for part in PARTS if part in parts), *sorted(parts - set(PARTS))]:
            columns[f'{split} {part}'.strip()] = count(photo for photo in photos if photo.parts.get(split) == part)
    return columns


def check_list(source: Source) -> Iterator[Finding]:
    """What was wrong when the list was read, what is not on it, and levels that it has upside down."""
    problems = list(source.problems)
    if source.folder and (source.folder / PLAN).is_file():
        problems.append(f'{source.folder} holds {PLAN}, so it is not finished. Run again what makes it.')
    if problems:
        yield Finding('list', f'In the list of the photos: {amount(len(problems), "fault")}.', tuple(problems))
    if source.passed.found:
        yield Finding('passed over', str(source.passed), tuple(source.passed.found))
    yield from _check_order(source.photos)


def are_folds(photos: Sequence[Listed]) -> bool:
    """Whether the splits are folds, of several of which each photo is tested in one."""
    return all(len(photo.parts) > 1 and list(photo.parts.values()).count('test') == 1 for photo in photos)


def check_levels(counts: dict[str, list[int]], names: Sequence[str], folds: bool = False) -> Iterator[Finding]:
    """Levels without photos, in the set or in a part of it, and levels with far more than others.

    In one of several folds a level may have no test photo: those of all folds are counted together.
    """
    everywhere = counts['all']
    gaps = [level for level, count in enumerate(everywhere) if not count]
    if gaps:
        yield Finding('levels', f'There is no photo of {_name(gaps, names)}; levels should run from 0 without a gap.')
    for column, per_level in counts.items():
        lacking = [level for level, count in enumerate(per_level) if everywhere[level] and not count]
        if lacking:
            yield Finding('folds' if folds and column.endswith(' test') else 'levels',
                          f'{column} has no photo of {_name(lacking, names)}.')
    there = [count for count in everywhere if count]
    if max(there) > UNBALANCED * min(there):
        yield Finding('balance', f'Level {everywhere.index(max(there))} has {amount(max(there), "photo")}, level '
                                 f'{everywhere.index(min(there))} has {min(there)}.')


def _check_order(photos: Sequence[Listed]) -> Iterator[Finding]:
    """Levels whose haze falls, by what the list says of their photos."""
    for name, more in (('visibility', -1), ('beta', 1)):
        levels: dict[int, list[float]] = {}
        for photo in photos:
            if name in photo.known:
                levels.setdefault(photo.level, []).append(photo.known[name])
        middle = [(level, median(values)) for level, values in sorted(levels.items())]
        turned = [(one, other) for one, other in zip(middle, middle[1:]) if more * one[1] > more * other[1]]
        if turned:
            (level, value), (after, other) = turned[0]
            yield Finding('levels', f'By the column {name} level {after} has less haze than level {level}: {other:g} '
                                    f'after {value:g}. Level 0 should have the least, and each level more than the '
                                    'last.')
            return


def check_photos(paths: Sequence[Path], prints: Sequence[Fingerprint]) -> Iterator[Finding]:
    """Photos that are not of the size that nearly all have, and those that show too little to be compared."""
    sizes = Counter(one.size for one in prints)
    if len(sizes) > 1:
        (usual, count), *_ = sizes.most_common(1)
        if count >= MOSTLY * len(prints):
            odd = tuple(f'{path} is {one.size[0]}x{one.size[1]}' for path, one in zip(paths, prints)
                        if one.size != usual)
            yield Finding('sizes', f'Not {usual[0]}x{usual[1]} as the others: {amount(len(odd), "photo")}.', odd)
    flat = tuple(str(path) for path, one in zip(paths, prints) if not one.detail.any())
    if flat:
        yield Finding('flat', f'Showing too little to compare with others: {amount(len(flat), "photo")}.', flat)


def _name(levels: Sequence[int], names: Sequence[str]) -> str:
    called = [f'{level} ({names[level]})' if names[level] else str(level) for level in levels]
    return f'level{"s" if len(levels) > 1 else ""} {", ".join(called)}'

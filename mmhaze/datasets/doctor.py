"""Examines a data set: what is in it, what cannot be read, what is there twice, and what a test would give away."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path

import cv2

from ..io.media import map_in_order
from ..io.photo import read_photo, warn
from ..io.progress import show_progress
from .duplicates import Fingerprint, fingerprint
from .findings import NOTES, PROBLEMS, Finding, amount, are_folds, check_levels, check_list, check_photos, count_levels
from .haze_order import check_haze
from .leaks import check_copies, check_lookalikes, check_scenes
from .sources import Source


@dataclass(frozen=True)
class LevelSeen:
    """A level, its name, ``''`` for none, and the path of its first photo, ``''`` where it has none."""

    level: int
    name: str
    photo: str


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found.

    Attributes:
        name: the data set.
        levels: the names of the levels, ``''`` for those that only have a number.
        order: the levels from the least haze to the most, as the list is read.
        counts: photos of each level, by column: ``all``, and the parts of the splits.
        sizes: how many photos have a width and height, the most frequent first.
        findings: the worst first.
    """

    name: str
    levels: tuple[str, ...]
    order: tuple[LevelSeen, ...]
    counts: dict[str, list[int]]
    sizes: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_problem]

    @property
    def notes(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_problem]


def diagnose(source: Source, split: str | None = None, workers: int | None = None) -> Diagnosis:
    """Reads every photo of a data set and compares those that should have nothing in common.

    Args:
        source: the data set.
        split: the only split to look at; None for all that there are.
        workers: threads that read; all cores by default.

    Raises:
        ValueError: there is no such split.
    """
    splits = sorted({name for photo in source.photos for name in photo.parts})
    if split is not None and split not in splits:
        raise ValueError(f'{source.name} has no split {split!r}, only {", ".join(filter(None, splits)) or "none"}.')
    splits = splits if split is None else [split]
    levels = max(len(source.levels), 1 + max(photo.level for photo in source.photos))
    names = tuple(name if name not in (f'level {level}', f'level_{level}') else ''
                  for level, name in zip_longest(range(levels), source.levels, fillvalue=''))
    counts = count_levels(source.photos, splits, levels)
    first = {photo.level: str(photo.path) for photo in reversed(source.photos)}
    order = tuple(LevelSeen(level, name, first.get(level, '')) for level, name in enumerate(names))

    frames: dict[str, None] = {}
    outcomes = read_fingerprints([photo.path for photo in source.photos], workers, frames.setdefault)
    photos = [photo for photo in source.photos if isinstance(outcomes[photo.path], Fingerprint)]
    prints = [one for one in (outcomes[photo.path] for photo in photos) if isinstance(one, Fingerprint)]
    failures = tuple(str(outcome) for outcome in outcomes.values() if isinstance(outcome, Exception))

    findings = [*check_list(source), *check_levels(counts, names, are_folds(source.photos)),
                *check_copies(photos, prints, splits), *check_photos([photo.path for photo in photos], prints),
                *check_haze(photos, names, workers or cv2.getNumberOfCPUs())]
    if failures:
        findings.append(Finding('unreadable', f'Cannot be read: {amount(len(failures), "photo")}.', failures))
    if frames:
        findings.append(Finding('frames', f'Of several frames the first is taken: {amount(len(frames), "photo")}.',
                                tuple(sorted(frames))))
    for name in splits:
        findings += check_scenes(source.photos, name)
        if not source.one_view:
            findings += check_lookalikes(photos, prints, name)
    sizes = Counter(f'{one.size[0]}x{one.size[1]}' for one in prints)
    return Diagnosis(source.name, names, order, counts, dict(sizes.most_common()),
                     tuple(sorted(findings, key=lambda finding: (*PROBLEMS, *NOTES).index(finding.kind))))


def read_fingerprints(paths: Sequence[Path], workers: int | None = None,
                      note: Callable[[str], None] = warn) -> dict[Path, Fingerprint | Exception]:
    """The fingerprint of each photo, or why it cannot be read; shows its progress; ``note`` as photos are read."""
    unique = list(dict.fromkeys(paths))
    outcomes: dict[Path, Fingerprint | Exception] = {}
    with show_progress(len(unique), label='reading', unit='photos') as advance:
        for path, outcome in zip(unique, map_in_order(partial(_read, note), unique, workers or cv2.getNumberOfCPUs())):
            outcomes[path] = outcome
            advance(1)
    return outcomes


def _read(note: Callable[[str], None], path: Path) -> Fingerprint | Exception:
    try:
        return fingerprint(read_photo(path, note))
    except (ValueError, OSError) as error:
        return error

"""The tests of haze: photos with a truth that people or instruments gave, and how well scores agree with it.

Frames of one video or day are alike, so the sample is the video, the day, the photo or, of FRIDA's rendered streets,
the place: intervals are from a bootstrap over these. Nothing in here may train a network or choose anything.
"""
from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Union

import numpy as np

from benchmarks.studies.frida_fogs import FridaFog, draw_fogs
from mmhaze.io.photo import read_photo
from mmhaze.metrics.agreement import area_under_roc, bootstrap, rank_correlation

Photo = Union[Path, FridaFog]
Statistic = Callable[[np.ndarray, np.ndarray], float]

GRADES = {'Light fog': 1, 'Moderate fog': 2, 'Heavy fog': 3}  # of ceit_foggy; every other condition is none
FOG_BELOW, CLEAR_ABOVE = 1000.0, 10_000.0  # metres


@dataclass(frozen=True)
class RealTest:
    """Photos, what is true of them, and the statistic that scores are judged by.

    Attributes:
        name: such as ``'ceit_foggy, fog against none'``.
        statistic: ``'area'`` under the ROC curve, or ``'rank correlation'``, Spearman's.
        goal: what is aimed at.
        photos: what is scored.
        truth: 1 and 0 for an area, a grade, a level or metres else, (N,).
        groups: the video, day, photo or place of each, (N,).
        sample: what the groups are, in a word.
    """

    name: str
    statistic: str
    goal: float
    photos: tuple[Photo, ...]
    truth: np.ndarray
    groups: np.ndarray
    sample: str = 'photos'

    def judge(self, scores: np.ndarray, draws: int = 1000, seed: int = 0) -> tuple[float, float, float]:
        """The statistic of scores, (N,), more being hazier, and the ends of its interval of 95 %."""
        statistic = STATISTICS[self.statistic]

        def of(chosen: np.ndarray) -> float | None:
            truth = self.truth[chosen]
            return statistic(truth, scores[chosen]) if len(np.unique(truth)) > 1 else None

        return statistic(self.truth, scores), *bootstrap(of, self.groups, draws, seed)



STATISTICS: dict[str, Statistic] = {'area': area_under_roc, 'rank correlation': rank_correlation}


def find_tests(data: Path) -> list[RealTest]:
    """The tests whose photos lie in ``data``, the folder of ``ceit_foggy/``, ``benchmark_visibility/`` and so on."""
    return [*_ceit_foggy(data / 'ceit_foggy'), *_benchmark_visibility(data / 'benchmark_visibility'),
            *_fog_against_clear(data), *_frida(data)]


def all_photos(tests: Sequence[RealTest]) -> list[Photo]:
    """Each photo of the tests once."""
    return list(dict.fromkeys(photo for test in tests for photo in test.photos))


def read(photo: Photo) -> np.ndarray:
    """(H, W, 3) uint8 BGR"""
    return photo.read() if isinstance(photo, FridaFog) else read_photo(photo)


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / 'labels.csv').open(newline='', encoding='utf-8') as lines:
        return list(csv.DictReader(lines))


def _ceit_foggy(folder: Path) -> list[RealTest]:
    if not folder.is_dir():
        return []
    rows = _rows(folder)
    files = tuple(folder / row['file'] for row in rows)
    grades = np.array([GRADES.get(row['condition'], 0) for row in rows])
    videos = np.array([row['video'] for row in rows])
    return [RealTest('ceit_foggy, fog against none', 'area', .97, files, (grades > 0).astype(int), videos,
                     'videos'),
            RealTest('ceit_foggy, four grades', 'rank correlation', .85, files, grades, videos, 'videos')]


def _benchmark_visibility(folder: Path) -> list[RealTest]:
    if not folder.is_dir():
        return []
    rows = _rows(folder)
    files = tuple(folder / row['file'] for row in rows)
    metres = np.array([float(row['visibility_m']) for row in rows])
    days = np.array([row['day'] for row in rows])
    apart = (metres < FOG_BELOW) | (metres > CLEAR_ABOVE)
    return [RealTest('benchmark_visibility, metres', 'rank correlation', -.85, files, metres, days, 'days'),
            RealTest('benchmark_visibility, below 1 km against above 10 km', 'area', .998,
                     tuple(file for file, kept in zip(files, apart) if kept),
                     (metres[apart] < FOG_BELOW).astype(int), days[apart], 'days')]


def _fog_against_clear(data: Path) -> list[RealTest]:
    clear = [*sorted((data / 'weather/clouds').glob('*')), *sorted((data / 'weather/shine').glob('*'))]
    tests = []
    for name, folder, goal in (('weather, fog against clouds and shine', data / 'weather/fog', .98),
                               ('news photos of fog against the same', data / 'real_hazy/fog_photos', .995)):
        fog = sorted(folder.glob('*')) if folder.is_dir() else []
        if fog and clear:
            files = (*fog, *clear)
            tests.append(RealTest(name, 'area', goal, files, np.array([1] * len(fog) + [0] * len(clear)),
                                  np.array([str(file) for file in files])))
    return tests


def _frida(data: Path) -> list[RealTest]:
    if not (data / 'frida').is_dir() and not (data / 'frida2').is_dir():
        return []
    fogs = draw_fogs(data)
    return [RealTest('FRIDA, nine levels', 'rank correlation', .95, tuple(fogs), np.array([fog.level for fog in fogs]),
                     np.array([fog.place for fog in fogs]), 'places')]

"""Sheets of the photos that the network misjudges most, to look at. They show photos: none goes into the checkout."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from scipy.stats import rankdata

from benchmarks.studies.haze_scores import haze_estimator
from benchmarks.studies.real_tests import Photo, RealTest, read
from mmhaze.io.files import write_whole

CHECKOUT = Path(__file__).resolve().parents[2]
HEIGHT = 200  # pixels, of a photo in a sheet
ACROSS = 2    # photos side by side
WORDS = 44    # pixels below each


def write_sheets(tests: Sequence[RealTest], scores: Mapping[Photo, float], count: int, folder: Path) -> list[Path]:
    """A JPEG for each test: photo, haze and sky of the worst, the worst first; returns the paths.

    Raises:
        ValueError: ``folder`` lies in the checkout.
    """
    if CHECKOUT in (folder.resolve(), *folder.resolve().parents):
        raise ValueError(f'{folder} lies in the checkout, which no photo may come into; name a folder outside.')
    paths = []
    for test in tests:
        found = np.array([scores[photo] for photo in test.photos])
        wrong = wrongness(test, found)
        tiles = [_tile(test.photos[index], found[index], test.truth[index], wrong[index])
                 for index in worst(wrong, test.groups, count)]
        paths.append(folder / f'{re.sub("[^a-z0-9]+", "_", test.name.lower())}.jpg')
        write_whole(paths[-1], cv2.imencode('.jpg', _lay_out(tiles))[1].tobytes())
    return paths


def wrongness(test: RealTest, scores: np.ndarray) -> np.ndarray:
    """How far each photo is out of order, (N,) in [-1, 1]; above 0 it is told hazier than it is.

    For an area the share of photos of the other kind that are on the wrong side of it; else its rank by the score less
    its rank by the truth, over N.
    """
    if test.statistic == 'area':
        hazy = test.truth == 1
        above = np.array([(scores[~hazy] > score).mean() + (scores[~hazy] == score).mean() / 2 for score in scores])
        below = np.array([(scores[hazy] < score).mean() + (scores[hazy] == score).mean() / 2 for score in scores])
        return np.where(hazy, -above, below)
    return (rankdata(scores) - rankdata(np.sign(test.goal) * test.truth)) / len(scores)


def worst(wrong: np.ndarray, groups: np.ndarray, count: int) -> list[int]:
    """The photos that are most out of order: the worst of each group, then the second worst of each, and so on."""
    seen: dict[object, int] = {}
    turns = []
    for index in np.argsort(-np.abs(wrong), kind='stable'):
        group = groups[index]
        seen[group] = turn = seen.get(group, -1) + 1
        turns.append((turn, int(index)))
    return [index for _, index in sorted(turns, key=lambda each: each[0])[:count]]


def _tile(photo: Photo, score: float, truth: float, wrong: float) -> np.ndarray:
    img = read(photo)
    found = haze_estimator()(img)
    size = (round(img.shape[1] * HEIGHT / img.shape[0]), HEIGHT)
    haze = cv2.applyColorMap(_as_grey(1 - found.transmission, size), cv2.COLORMAP_INFERNO)
    sky = cv2.cvtColor(_as_grey(found.sky, size), cv2.COLOR_GRAY2BGR)
    pictures = np.hstack([cv2.resize(img, size, interpolation=cv2.INTER_AREA), haze, sky])
    words = np.zeros((WORDS, pictures.shape[1], 3), np.uint8)
    name = str(photo) if not isinstance(photo, Path) else '/'.join(photo.parts[-2:])
    lines = (name, f'haze {score:.3f} +- {found.spread:.2f}, true {truth:g}, '
                   f'{"too hazy" if wrong > 0 else "too clear"} by {abs(wrong):.2f}')
    for line, row in zip(lines, (16, 36)):
        cv2.putText(words, line, (4, row), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1, cv2.LINE_AA)
    return np.vstack([pictures, words])


def _as_grey(field: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return (cv2.resize(np.asarray(field, np.float32), size, interpolation=cv2.INTER_AREA).clip(0, 1) * 255).astype(
        np.uint8)


def _lay_out(tiles: Sequence[np.ndarray]) -> np.ndarray:
    width = max(tile.shape[1] for tile in tiles)
    padded = [np.pad(tile, ((0, 0), (0, width - tile.shape[1]), (0, 0))) for tile in tiles]
    padded += [np.zeros_like(padded[0])] * (-len(padded) % ACROSS)
    return np.vstack([np.hstack(padded[start:start + ACROSS]) for start in range(0, len(padded), ACROSS)])

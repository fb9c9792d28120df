"""Do the levels of a set follow the haze that the network in the box sees in its photos?"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from ..haze_map import HazeEstimator
from ..io.media import map_in_order
from ..io.progress import show_progress
from .findings import Finding
from .listing import Listed

MOST, LEAST = 200, 10  # photos that are looked at in all, and of a level that is judged
FOLLOWS, REVERSED = 0.7, 0.3  # of two photos of different levels, how often that of the higher level looks hazier
ALIKE = 0.6  # of two photos of neighbouring levels


def check_haze(photos: Sequence[Listed], names: Sequence[str], workers: int) -> Iterator[Finding]:
    """Levels that are upside down, that have little to do with haze, or whose neighbours look alike.

    Args:
        photos: that can be read; some of each level are drawn, the same ones each time.
        names: of the levels, ``''`` for none.
        workers: threads.
    """
    haze = see_haze(photos, workers)
    if len(haze) < 2:
        return
    share = float(np.mean([hazier(haze[low], haze[high]) for low, high in combinations(sorted(haze), 2)]))
    looked = sum(map(len, haze.values()))
    said = (f'Of two photos of different levels that of the higher one looks hazier in {share:.0%}, by the network in '
            f'the box and {looked} photos.')
    medians = tuple(f'level {level}{f" ({names[level]})" if names[level] else ""}: median haze {np.median(seen):.2f}'
                    for level, seen in sorted(haze.items()))
    if share < REVERSED:
        yield Finding('reversed', f'The levels seem to be upside down. {said} Level 0 should have the '
                      'least haze.', medians)
    elif share < FOLLOWS:
        yield Finding('haze', f'The levels do not follow the haze. {said} Look at the sheet.', medians)
    else:
        alike = [(low, high) for low, high in zip(sorted(haze), sorted(haze)[1:])
                 if hazier(haze[low], haze[high]) < ALIKE]
        if alike:
            pairs = ', '.join(f'{low} and {high}' for low, high in alike)
            yield Finding('haze', f'The network in the box cannot tell apart the levels {pairs}.', medians)


def see_haze(photos: Sequence[Listed], workers: int) -> dict[int, np.ndarray]:
    """The haze of some photos of each level that has enough of them, see :attr:`mmhaze.HazeMap.haze`."""
    by_level: dict[int, list[Listed]] = {}
    for photo in photos:
        by_level.setdefault(photo.level, []).append(photo)
    by_level = {level: those for level, those in by_level.items() if len(those) >= LEAST}
    if len(by_level) < 2:
        return {}
    rng = np.random.default_rng(0)
    most = max(LEAST, MOST // len(by_level))
    drawn = [those[index] for _, those in sorted(by_level.items())
             for index in sorted(rng.permutation(len(those))[:most])]
    estimator = HazeEstimator()
    haze: dict[int, list[float]] = {}
    with show_progress(len(drawn), label='haze', unit='photos') as advance:
        seen = map_in_order(lambda photo: estimator(photo.path).haze, drawn, workers)
        for photo, found in zip(drawn, seen):
            haze.setdefault(photo.level, []).append(found)
            advance(1)
    return {level: np.array(found) for level, found in haze.items()}


def hazier(low: np.ndarray, high: np.ndarray) -> float:
    """Of all pairs of one of each, in how many the second is larger; equal ones count half."""
    return float((high[:, None] > low).mean() + 0.5 * (high[:, None] == low).mean())

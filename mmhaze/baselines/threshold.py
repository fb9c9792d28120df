from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path

import numpy as np

from ..io.files import read_json, write_whole
from .classifier import as_levels
from .dark_channel_ratio import dark_channel_ratio
from .fog_blocks import fog_block_share
from .haze_factor import haze_factor
from .saturation import mean_saturation

# what a classifier may cut, by the name in its file; add yours before building or loading one
SCORES: dict[str, Callable[[np.ndarray], float]] = dict(
    haze_factor=haze_factor, dark_channel_ratio=dark_channel_ratio, fog_block_share=fog_block_share,
    mean_saturation=mean_saturation)


class ThresholdClassifier:
    """Cuts a score into levels: HBFD with ``'haze_factor'``, FBFD with ``'dark_channel_ratio'``, S&RCD with
    ``'fog_block_share'`` or ``'mean_saturation'``.

    The papers find fog or none; how the UCM paper made nine levels of that it does not say. Here the cuts are
    calibrated on the training split, which also tells whether the score rises or falls with haze. Nothing in it is
    random.

    Args:
        score: a name in ``SCORES``.
        num_levels: levels to tell apart, at least 2.
        method: ``'dp'``, the cuts that get most training photos right, found by dynamic programming over 257 quantiles
            of the score; or ``'mid'``, half-way between the mean scores of neighbouring levels, which is steadier for
            few photos.

    Attributes:
        sign: 1 or -1; ``sign * score`` rises with haze.
        cuts: of ``sign * score``, (num_levels - 1,), non-decreasing: the level is how many of them are reached.
        fitted_on: SHA-256 of the scores and levels that it was fitted on, to know the split by.
    """

    def __init__(self, score: str, num_levels: int, method: str = 'dp') -> None:
        if score not in SCORES:
            raise ValueError(f'score is one of {", ".join(SCORES)}, got {score!r}.')
        if method not in METHODS:
            raise ValueError(f'method is one of {", ".join(METHODS)}, got {method!r}.')
        if num_levels < 2:
            raise ValueError(f'num_levels is at least 2, got {num_levels}.')
        self.score, self.num_levels, self.method = score, num_levels, method
        self.sign, self.cuts, self.fitted_on = 1, np.empty(0), ''

    def fit(self, photos: Iterable[np.ndarray], levels: Sequence[int],
            groups: Sequence[Hashable] | None = None) -> ThresholdClassifier:
        """Calibrates on photos of the training split; ``groups`` change nothing here. Returns itself."""
        return self.fit_scores(self.score_photos(photos), levels)

    def predict(self, photos: Iterable[np.ndarray]) -> np.ndarray:
        """The level of each photo, (N,) int."""
        return self.predict_scores(self.score_photos(photos))

    def score_photos(self, photos: Iterable[np.ndarray]) -> np.ndarray:
        """The scores, (N,) float64, which serve for fitting with several settings."""
        return np.array([SCORES[self.score](photo) for photo in photos], np.float64)

    def fit_scores(self, scores: np.ndarray, levels: Sequence[int]) -> ThresholdClassifier:
        """As :meth:`fit`, from scores; those that are NaN are left out.

        Raises:
            ValueError: the levels do not fit, no photo has a score, or ``'mid'`` lacks photos of a level.
        """
        scores = np.asarray(scores, np.float64)
        true = as_levels(levels, len(scores), self.num_levels)
        known = ~np.isnan(scores)
        if not known.any():
            raise ValueError(f'None of {len(scores)} photos has a {self.score}; are they black?')
        digest = hashlib.sha256(scores.tobytes() + true.tobytes()).hexdigest()
        scores, true = scores[known], true[known]
        sign = -1 if (scores - scores.mean()) @ (true - true.mean()) < 0 else 1
        self.cuts = METHODS[self.method](sign * scores, true, self.num_levels)
        self.sign, self.fitted_on = sign, digest
        return self

    def predict_scores(self, scores: np.ndarray) -> np.ndarray:
        """As :meth:`predict`, from scores; one that is NaN counts as level 0, with a warning."""
        self._check_fitted()
        scores = np.asarray(scores, np.float64)
        unknown = np.isnan(scores)
        if unknown.any():
            warnings.warn(f'{unknown.sum()} of {len(scores)} photos have no {self.score}, as where all is black; they '
                          'count as level 0.', stacklevel=2)
        levels = np.searchsorted(self.cuts, self.sign * scores, side='right')
        return np.where(unknown, 0, levels)

    def save(self, path: str | Path) -> None:
        """Writes it as JSON, whole or not at all."""
        self._check_fitted()
        state = dict(type=type(self).__name__, score=self.score, num_levels=self.num_levels, method=self.method,
                     sign=self.sign, cuts=self.cuts.tolist(), fitted_on=self.fitted_on)
        write_whole(Path(path), (json.dumps(state, indent=1) + '\n').encode())

    @classmethod
    def load(cls, path: str | Path) -> ThresholdClassifier:
        """Reads what :meth:`save` wrote; a ValueError says what is wrong in ``path``."""
        try:
            state = read_json(Path(path))
            if state['type'] != cls.__name__:
                raise ValueError(f'it holds a {state["type"]}')
            classifier = cls(state['score'], state['num_levels'], state['method'])
            classifier.sign, classifier.fitted_on = state['sign'], state['fitted_on']
            classifier.cuts = np.array(state['cuts'], np.float64)
            if classifier.cuts.shape != (classifier.num_levels - 1,) or not (np.diff(classifier.cuts) >= 0).all():
                raise ValueError(f'its cuts are not {classifier.num_levels - 1} numbers in order')
            if classifier.sign not in (1, -1):
                raise ValueError(f'its sign is {classifier.sign}')
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f'{path} is no threshold classifier: {error!r}. Fit and save it again.') from error
        return classifier

    def _check_fitted(self) -> None:
        if not len(self.cuts):
            raise RuntimeError('This classifier has no cuts yet: call fit with the training split, or load one.')


def most_right_cuts(scores: np.ndarray, levels: np.ndarray, num_levels: int) -> np.ndarray:
    """The non-decreasing cuts at 257 quantiles of the scores that get most photos right; the lowest of equally good."""
    grid = np.unique(np.quantile(scores, np.linspace(0, 1, 257)))
    candidates = np.append(grid, math.nextafter(grid[-1], math.inf))  # a cut above all: nobody has the last level
    below = np.stack([np.searchsorted(np.sort(scores[levels == level]), candidates) for level in range(num_levels)])
    # right[p]: most photos right of levels up to this one, where its upper cut is candidate p
    right, previous = below[0], []
    for level in range(1, num_levels):
        gain = right - below[level]  # by where the lower cut is
        best = np.maximum.accumulate(gain)
        first = np.append(True, gain[1:] > best[:-1])
        previous.append(np.maximum.accumulate(np.where(first, np.arange(len(gain)), 0)))
        right = best + below[level]
    # the last level has no upper cut: its lower one is the best of all
    chosen = [int(previous.pop()[-1])]
    while previous:
        chosen.append(int(previous.pop()[chosen[-1]]))
    return candidates[chosen[::-1]]


def midway_cuts(scores: np.ndarray, levels: np.ndarray, num_levels: int) -> np.ndarray:
    """Half-way between the mean scores of neighbouring levels, which are made non-decreasing first."""
    missing = sorted(set(range(num_levels)) - set(levels.tolist()))
    if missing:
        raise ValueError(f"method 'mid' wants photos of every level, there are none of {missing}. Take 'dp'.")
    means = np.maximum.accumulate([scores[levels == level].mean() for level in range(num_levels)])
    return (means[:-1] + means[1:]) / 2


METHODS = dict(dp=most_right_cuts, mid=midway_cuts)

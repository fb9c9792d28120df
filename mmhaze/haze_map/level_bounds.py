"""Five levels of haze, where they meet, and how likely each is."""
from __future__ import annotations

import numpy as np

LEVEL_NAMES = ('clear', 'slight', 'moderate', 'dense', 'very dense')
# haze where one level ends and the next begins: on drawn scenes visibilities of 5 km, 1.6 km, 500 m and 160 m, see
# benchmarks/studies/haze_bounds.py
LEVEL_BOUNDS = (0.08, 0.24, 0.38, 0.51)


def level_of(haze: float) -> int:
    """The level, 0 to 4, of a share of haze in [0, 1]. A bound belongs to the level above it.

    >>> level_of(0.0), level_of(0.3), level_of(0.9)
    (0, 2, 4)
    """
    return int(np.searchsorted(LEVEL_BOUNDS, haze, side='right'))


def probabilities(haze: float, spread: float) -> np.ndarray:
    """How likely each level is: the mass between the bounds of a Laplace distribution about ``haze``.

    Args:
        haze: the share of haze, in [0, 1].
        spread: its mean error, at least 0; with 0 the level of ``haze`` is certain.

    Returns:
        (5,) float32, which sum to 1; the first and the last level take the tails.

    >>> [round(float(each), 2) for each in probabilities(0.25, 0.05)]
    [0.02, 0.39, 0.55, 0.03, 0.0]
    """
    away = (np.array(LEVEL_BOUNDS) - haze) / max(spread, 1e-9)
    tail = 0.5 * np.exp(-np.abs(away))
    below = np.where(away > 0, 1 - tail, tail)
    if spread <= 0:
        below = (away > 0).astype(np.float64)
    return np.diff(below, prepend=0.0, append=1.0).astype(np.float32)

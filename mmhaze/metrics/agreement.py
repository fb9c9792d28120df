"""How well scores agree with a truth by their order, and how sure that is: areas, rank correlations, the bootstrap."""
from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np


def rank(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, equal values sharing the mean of theirs, (N,) float64."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts - 1) / 2)[place]


def area_under_roc(truth: np.ndarray, scores: np.ndarray) -> float:
    """The share of pairs of a 1 and a 0 in which the 1 has the higher score; equal ones count half.

    Args:
        truth: 1 and 0, both of them, (N,).
        scores: (N,).
    """
    ranks, ones = rank(scores), truth == 1
    pairs = ones.sum() * (~ones).sum()
    return float((ranks[ones].sum() - ones.sum() * (ones.sum() + 1) / 2) / pairs)


def rank_correlation(truth: np.ndarray, scores: np.ndarray) -> float:
    """Spearman's of (N,) and (N,), from -1 to 1; 0 where all of either are one."""
    first, second = rank(truth), rank(scores)
    return float(np.corrcoef(first, second)[0, 1]) if np.ptp(first) and np.ptp(second) else 0.0


def bootstrap(statistic: Callable[[np.ndarray], float | None], samples: Sequence[Hashable] | np.ndarray,
              draws: int = 1000, seed: int = 0) -> tuple[float, float]:
    """The ends of an interval of 95 %, by drawing samples with replacement: videos, days or scenes, not their frames.

    Args:
        statistic: of the indices of rows; None where these do not define it, as an area of one class alone.
        samples: which sample each row is of, (N,).
        draws: how many.
        seed: of the draws.
    """
    names, place = np.unique(np.asarray(samples), return_inverse=True)
    members = [np.flatnonzero(place == each) for each in range(len(names))]
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        value = statistic(np.concatenate([members[each] for each in rng.integers(len(names), size=len(names))]))
        if value is not None:
            found.append(value)
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)

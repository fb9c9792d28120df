"""What a classifier without a network is asked for, by whatever compares it with others."""
from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np


class LevelClassifier(Protocol):
    """Tells the haze level of photos, (H, W, 3) uint8 BGR. Photos are taken one after the other, so that a generator
    serves for sets that do not fit into memory. Fit on the training split only."""

    def fit(self, photos: Iterable[np.ndarray], levels: Sequence[int],
            groups: Sequence[Hashable] | None = None) -> LevelClassifier:
        """Learns from photos, their levels from 0, and the scene of each; returns itself."""

    def predict(self, photos: Iterable[np.ndarray]) -> np.ndarray:
        """The level of each photo, (N,) int."""

    def save(self, path: str | Path) -> None:
        """Writes what was learnt, whole or not at all."""


def as_levels(levels: Sequence[int], photos: int, num_levels: int) -> np.ndarray:
    """The levels as (N,) int.

    Raises:
        ValueError: there are none, not as many as photos, or they are not integers from 0 to below ``num_levels``.
    """
    array = np.asarray(levels)
    if not photos or array.shape != (photos,):
        raise ValueError(f'Fitting wants photos and a level for each, got {photos} photos and levels {array.shape}.')
    if array.dtype.kind not in 'iu' or array.min() < 0 or array.max() >= num_levels:
        raise ValueError(f'Levels are integers from 0 to {num_levels - 1}, got {array.dtype} '
                         f'from {array.min()} to {array.max()}.')
    return array.astype(np.int64)

"""Accuracy scene by scene: how the scenes of a test part were drawn is where most of its chance lies."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np


def scene_accuracies(runs: Iterable[Sequence[Mapping[str, Any]]], scene_of: Mapping[str, str]) -> dict[str, float]:
    """The accuracy on each scene, a mean over runs, of which each is the ``predictions`` of a result.

    Args:
        runs: at least one.
        scene_of: the scene of each photo's path.
    """
    right: dict[str, list[bool]] = {}
    for predictions in runs:
        for photo in predictions:
            right.setdefault(scene_of[photo['path']], []).append(photo['predicted'] == photo['level'])
    return {scene: float(np.mean(photos)) for scene, photos in sorted(right.items())}


def mean_error(values: Iterable[float]) -> float:
    """The standard error of the mean of a sample of at least two."""
    sample = np.fromiter(values, float)
    return float(sample.std(ddof=1) / np.sqrt(len(sample)))


def gain_error(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The standard error of what ``one`` is better than ``other`` in the mean over the same scenes."""
    return mean_error(one[scene] - other[scene] for scene in one)

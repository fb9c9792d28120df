"""What was found of a photo, in a line and in a picture."""
from __future__ import annotations

import math

import numpy as np

from ..apis.inferencer import HazePrediction
from ..ucm import segment_haze
from ..visualization import overlay_haze, side_by_side, write_caption
from ..visualization.level import name_level


def draw_comparison(hazy: np.ndarray, dehazed: np.ndarray, before: HazePrediction | None,
                    after: HazePrediction | None) -> np.ndarray:
    """The two photos, (H, W, 3) uint8 BGR, side by side, with how hazy each of them is."""
    return side_by_side(hazy, dehazed, (_caption('before', before), _caption('after', after)))


def draw_level(img: np.ndarray, prediction: HazePrediction) -> np.ndarray:
    """The photo, (H, W, 3) uint8 BGR, with its haze tinted and what was predicted written over it."""
    return write_caption(overlay_haze(img, segment_haze(img)), describe(prediction))


def describe(prediction: HazePrediction) -> str:
    """A prediction in a line."""
    if prediction.level is None or prediction.probabilities is None:
        factor = _factor_of(prediction)
        return f'estimate, not trained: haze factor {factor}{"" if factor == "unknown" else " of 1.28"}'
    return (f'{level_of(prediction)} of 0-{len(prediction.probabilities) - 1}, '
            f'{prediction.probabilities[prediction.level]:.0%} sure')


def level_of(prediction: HazePrediction) -> str:
    """Such as ``'level 3 (120 m)'``, or ``'level 3'`` where it has no other name; ``'no level'`` of an estimate."""
    return 'no level' if prediction.level is None else name_level(prediction.level, prediction.level_name)


def _caption(when: str, seen: HazePrediction | None) -> str:
    if seen is None:
        return when
    if seen.level is not None:
        return f'{when}: {describe(seen)}'
    return f'{when}: haze factor {_factor_of(seen)}'


def _factor_of(seen: HazePrediction) -> str:
    return 'unknown' if seen.haze_factor is None or math.isnan(seen.haze_factor) else f'{seen.haze_factor:.2f}'

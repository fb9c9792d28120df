"""What was found of a photo, in a line and in a picture."""
from __future__ import annotations

import numpy as np

from ..apis.inferencer import HazePrediction
from ..haze_map import estimate_haze
from ..ucm import segment_haze
from ..visualization import overlay_haze, overlay_map, side_by_side, write_caption
from ..visualization.level import name_level


def draw_comparison(hazy: np.ndarray, dehazed: np.ndarray, before: HazePrediction | None,
                    after: HazePrediction | None) -> np.ndarray:
    """The two photos, (H, W, 3) uint8 BGR, side by side, with how hazy each of them is."""
    return side_by_side(hazy, dehazed, (_caption('before', before), _caption('after', after)))


def draw_level(img: np.ndarray, prediction: HazePrediction) -> np.ndarray:
    """The photo, (H, W, 3) uint8 BGR, with its haze over it and what was predicted above: UCM's, or the box's map."""
    over = overlay_haze(img, segment_haze(img)) if prediction.trained else overlay_map(img, estimate_haze(img))
    return write_caption(over, describe(prediction))


def describe(prediction: HazePrediction) -> str:
    """The level of a photo in a line."""
    if prediction.level is None or prediction.probabilities is None:
        return 'no level'
    sure = f'{prediction.probabilities[prediction.level]:.0%} sure'
    if prediction.haze is not None and prediction.spread is not None:
        sure += f', haze {prediction.haze:.2f} ± {prediction.spread:.2f}'
    return f'{level_of(prediction)} of 0-{len(prediction.probabilities) - 1}, {sure}'


def level_of(prediction: HazePrediction) -> str:
    """Such as ``'level 3 (120 m)'``, or ``'level 3'`` where it has no other name."""
    return 'no level' if prediction.level is None else name_level(prediction.level, prediction.level_name)


def _caption(when: str, seen: HazePrediction | None) -> str:
    return when if seen is None else f'{when}: {describe(seen)}'

"""The dark channel against the airlight, one number a frame, and the filter that steadies it over a video.

Cut into haze levels by a :class:`~mmhaze.baselines.ThresholdClassifier` it is the baseline FBFD [jeong2018]_. Of that
paper only the abstract was at hand: a detector for driving video with a temporal filter. What is measured in a frame is
our reading, by the UCM paper's remark that it goes by the lowest and the highest values of the pixels.

.. [jeong2018] K. Jeong et al., "Fast Fog Detection for De-fogging of Road Driving Images", IEICE Transactions on
   Information and Systems E101-D(2), 2018.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from ..io.given import check_photo
from ..physics.dark_channel import dark_channel
from ..ucm.settings import window_side

WINDOW_SHARE = 1 / 32  # 15 pixels of 480 rows


def window_of(img: np.ndarray) -> int:
    """The side of the dark channel's window, pixels: odd, a 32nd of the photo's shorter side."""
    return window_side(min(img.shape[:2]), WINDOW_SHARE)


def dark_channel_ratio(img: np.ndarray) -> float:
    r"""The mean dark channel over the airlight, :math:`\overline{\min_{window} \min_c I_c} / \max \max_c I_c`.

    Haze lifts the darkest pixel of every neighbourhood. The sky counts as any other place, and the windows are clipped
    at the border.

    Args:
        img: (H, W, 3) uint8; the order of the channels does not matter. Not modified.

    Returns:
        A number in [0, 1]; more is hazier. NaN for a photo that is black everywhere.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo of at least one pixel.
    """
    check_photo(img, 'dark_channel_ratio')
    brightest = int(img.max())
    return cv2.mean(dark_channel(img, window_of(img)))[0] / brightest if brightest else math.nan


def filter_frames(scores: Iterable[float], keep: float = 0.9) -> Iterator[float]:
    r"""The scores of a video's frames, steadied: :math:`F_t = a F_{t-1} + (1 - a) f_t`, :math:`F_0 = f_0`.

    A number as soon as a frame is there; nothing but the last one is remembered. A frame without a score (NaN) leaves
    it as it was.

    Args:
        scores: f, of any scale.
        keep: a, in [0, 1); how much of the last number is kept.

    Raises:
        ValueError: ``keep`` is out of its range.
    """
    if not 0 <= keep < 1:
        raise ValueError(f'keep is a share in [0, 1), got {keep}.')
    return _filtered(scores, keep)


def _filtered(scores: Iterable[float], keep: float) -> Iterator[float]:
    steady = math.nan
    for score in scores:
        if math.isnan(steady):
            steady = score
        elif not math.isnan(score):
            steady = keep * steady + (1 - keep) * score
        yield steady

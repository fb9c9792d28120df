"""The numbers that UCM draws from a whole photo: how flat, and how bright, haze is in it."""
from __future__ import annotations

import math

import cv2
import numpy as np

from .passes import FALLBACK, GRAY

# Eq. 4. The weights sum to 1.08, and the order is OpenCV's: blue, green, red.
GRAY_WEIGHTS_BGR = (0.45, 0.33, 0.30)
# The rescue gate steps in where the gray gate leaves at most one in so many of the pixels that the fallback leaves.
RESCUE_FACTOR = 5
CONTRASTS = np.arange(256)


def mean_gray(img: np.ndarray) -> float:
    """Eq. 4: the mean over the photo of 0.3 R + 0.33 G + 0.45 B, grey levels in [0, 275.4]; one number per photo.

    Per pixel, as the equation could also be read, every grey pixel would fall below its own threshold.
    """
    # the sums are exact: integers in float64
    weighted = sum(weight * total for weight, total in zip(GRAY_WEIGHTS_BGR, cv2.sumElems(img)))
    return weighted / (img.shape[0] * img.shape[1])


def contrast_threshold(histogram: np.ndarray) -> float:
    """t, half-way between the mean and the median of the local contrast; the median of an even count is NumPy's.

    ``histogram``: how many pixels have each contrast, (256,).
    """
    below = histogram.cumsum()
    count = int(below[-1])
    mean = int(histogram @ CONTRASTS) / count
    low, high = below.searchsorted([(count - 1) // 2, count // 2], side='right').tolist()
    return (mean + (low + high) / 2) / 2


def choose_gate(histogram: np.ndarray, limit: float) -> int:
    """The rescue gate: ``FALLBACK`` where ``GRAY`` leaves next to nothing of what ``FALLBACK`` leaves.

    ``histogram``: how many pixels have which gates and contrast, (4, 256); ``limit``: t, grey levels.
    """
    flat = histogram[:, :math.ceil(limit)].sum(axis=1)
    haze, rescued = (sum(flat[gates] for gates in range(4) if gates & gate) for gate in (GRAY, FALLBACK))
    return FALLBACK if RESCUE_FACTOR * haze <= rescued else GRAY

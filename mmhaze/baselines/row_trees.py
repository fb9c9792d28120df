"""Random trees on how hazy each row of a photo is: a classifier that knows of no scene and of no network.

A camera on a road sees the far at the horizon and the near at the bottom, so on photos of one camera the row tells the
distance, and how the darkest pixels brighten from row to row tells the haze. It is ours; no paper has it.
"""
from __future__ import annotations

import cv2
import numpy as np

from ..io.given import check_photo
from .extremes import channel_extremes
from .forest import PhotoTrees

SIDE = 64                   # rows and columns that a photo is made to have
SHARES = (0.05, 0.25, 0.5)  # of a row's pixels below the number
FEATURES = 2 * (len(SHARES) + 1) * SIDE


def row_features(img: np.ndarray) -> np.ndarray:
    """What each row of a photo holds, (512,) float32, grey levels.

    The photo is scaled to 64x64. Of the darkest channel of its pixels, and of their luminance, each row gives the 5 %,
    25 % and 50 % quantiles and the standard deviation.

    Args:
        img: (H, W, 3) uint8 BGR. Not modified.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo of at least one pixel.
    """
    check_photo(img, 'row_features')
    small = cv2.resize(img, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    planes = (channel_extremes(small, 'row_features')[0], cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))
    return np.concatenate([np.vstack([np.quantile(plane, SHARES, axis=1), plane.std(1)]).ravel()
                           for plane in planes]).astype(np.float32)


class RowTrees(PhotoTrees):
    """Trees on :func:`row_features`."""

    size = FEATURES
    describe = staticmethod(row_features)

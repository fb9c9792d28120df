from __future__ import annotations

import cv2
import numpy as np


def fit_within(img: np.ndarray, size: int | None) -> np.ndarray:
    """``img``, (H, W) or (H, W, C), its longer side at most ``size`` pixels, by the means of areas.

    A smaller image comes back as it is, not as a copy, and so does any image where ``size`` is None.
    """
    height, width = img.shape[:2]
    if size is None or max(height, width) <= size:
        return img
    scale = size / max(height, width)
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(img, shape, interpolation=cv2.INTER_AREA)


def resize(img: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """``img``, (H, W) or (H, W, C), as (h, w): the means of areas where it shrinks, linear where it grows."""
    height, width = (min(old, new) for old, new in zip(img.shape, shape))
    if (height, width) != img.shape[:2]:
        img = cv2.resize(img, (width, height), interpolation=cv2.INTER_AREA)
    if shape != (height, width):
        img = cv2.resize(img, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return img

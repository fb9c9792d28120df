"""Depth that was measured has gaps, and what is put there.

A gap lies mostly beside something near, which hid from one of two cameras what is behind it. So it takes the farther of
the two values that bound it in its row. A row without any value takes the nearest row that has some.
"""
from __future__ import annotations

import cv2
import numpy as np

# what is smaller than one pixel in so many, and a pixel of disparity away from all that is around it, is a mismatch
SPECK, SPECK_STEP = 1000, 128


def find_matches(values: np.ndarray) -> np.ndarray:
    """Where Cityscapes' values are disparities.

    0 is none, and 1, which would be infinitely far, stands mostly where the other camera saw nothing. Specks are
    mismatches, as on the bonnet.
    """
    disparity = (values // 2).astype(np.int16)
    cv2.filterSpeckles(disparity, 0, values.size // SPECK, SPECK_STEP)
    return disparity > 0


def fill_gaps(depth: np.ndarray, known: np.ndarray) -> np.ndarray:
    """``depth``, (h, w) float32, with a value wherever ``known``, (h, w) bool and somewhere True, is False."""
    height, width = depth.shape
    columns, rows = np.arange(width), np.arange(height)[:, None]
    left = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    right = np.minimum.accumulate(np.where(known, columns, width)[:, ::-1], axis=1)[:, ::-1]
    walled = np.pad(np.where(known, depth, 0), ((0, 0), (1, 1)))  # column -1 and column W hold 0, which is never far
    filled = np.maximum(walled[rows, left + 1], walled[rows, right + 1])
    measured = np.flatnonzero(known.any(axis=1))
    nearest = measured[np.abs(rows - measured).argmin(axis=1)]
    return filled[nearest]

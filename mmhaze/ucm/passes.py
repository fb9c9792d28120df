"""The two passes of UCM over a photo, a function a step: Eq. 1 to 7 of the paper.

What lies between them needs a number of the whole photo. Both passes are also there in C, :mod:`mmhaze.ucm._passes`,
with the same result to the bit and three times as fast; it is left out where nothing could compile it on installation.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType

import cv2
import numpy as np

from .bands import in_bands

compiled: ModuleType | None
try:
    from . import _passes as compiled
except ImportError:
    compiled = None

# bits of the gates that a pixel passes
GRAY, FALLBACK = 1, 2
# in the C code the votes of a window's row are 8 bits: photos with up to 5159 rows or columns on their shorter side
MOST_COMPILED_VOTERS = 127
# OpenCV counts in float32, which is exact up to 2**24
MOST_COUNTED = 2**24


def survey(img: np.ndarray, side: int, gray: float, fallback: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first pass: the local contrast, and which pixels are bright enough for haze.

    Args:
        img: (H, W, 3) uint8 BGR, contiguous.
        side: pixels, odd; the window of the bright channel (1) and of the dark channel (2).
        gray, fallback: the gates, grey levels; a pixel passes one where the mean of R, G, B is not below it (4).

    Returns:
        The contrast, (H, W) uint8; the gates that each pixel passes, (H, W) uint8, the sum of ``GRAY`` and
        ``FALLBACK``; and how many pixels have which, (4, 256) int64, by gates and contrast.
    """
    # R + G + B >= 3 gray, on integers: n >= x is n >= ceil(x)
    levels = math.ceil(3 * gray), math.ceil(3 * fallback)
    height, width = img.shape[:2]
    if compiled:
        contrast, gates = np.empty((height, width), np.uint8), np.empty((height, width), np.uint8)

        def survey_band(first: int, last: int) -> np.ndarray:
            histogram = np.empty((4, 256), np.int64)
            compiled.survey(img, contrast, gates, histogram, height, width, first, last, side, *levels)
            return histogram

        counted = in_bands(survey_band, height, width)
        return contrast, gates, sum(counted[1:], counted[0])
    planes = cv2.split(img)
    contrast, gates = local_contrast(planes, side), passed_gates(planes, *levels)
    return contrast, gates, count_pixels(contrast, gates)


def clean(contrast: np.ndarray, gates: np.ndarray, limit: float, gate: int, denoise_side: int,
          mask_side: int) -> np.ndarray:
    """The second pass: the mask, (H, W) uint8, 1 is haze.

    Args:
        contrast, gates: from :func:`survey`.
        limit: grey levels, at most 255; a pixel of less contrast that passes the gate is haze (3).
        gate: ``GRAY`` or ``FALLBACK``.
        denoise_side, mask_side: pixels, odd; the windows of the most frequent value (5) and of the mask filter (6).
    """
    below = math.ceil(limit)  # v < t, on integers
    height, width = contrast.shape
    if compiled and denoise_side <= MOST_COMPILED_VOTERS:
        mask = np.empty((height, width), np.uint8)

        def clean_band(first: int, last: int) -> None:
            compiled.clean(contrast, gates, mask, height, width, first, last, below, gate, denoise_side, mask_side)

        in_bands(clean_band, height, width)
        return mask
    haze = (contrast < below) & ((gates & gate) != 0)
    return mask_filter(denoise(haze.view(np.uint8), denoise_side), mask_side)


def local_contrast(planes: Sequence[np.ndarray], side: int) -> np.ndarray:
    """The bright channel (1) less the dark channel (2) over ``side`` x ``side`` windows, (H, W) uint8."""
    blue, green, red = planes
    window = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    bright = cv2.dilate(cv2.max(cv2.max(blue, green), red), window)
    dark = cv2.erode(cv2.min(cv2.min(blue, green), red), window)
    return cv2.subtract(bright, dark, dst=bright)


def passed_gates(planes: Sequence[np.ndarray], *levels: int) -> np.ndarray:
    """Which of the levels R + G + B reaches, (H, W) uint8: bit 0 for the first, bit 1 for the second."""
    blue, green, red = planes
    brightness = np.add(blue, green, dtype=np.uint16)
    brightness += red
    passed = (brightness >= levels[0]).view(np.uint8)
    passed += 2 * (brightness >= levels[1]).view(np.uint8)
    return passed


def count_pixels(contrast: np.ndarray, gates: np.ndarray) -> np.ndarray:
    """How many pixels have which gates and contrast, (4, 256) int64."""
    histogram = np.zeros((4, 256), np.int64)
    rows = max(1, MOST_COUNTED // contrast.shape[1])
    for top in range(0, contrast.shape[0], rows):
        part = [gates[top:top + rows], contrast[top:top + rows]]
        histogram += cv2.calcHist(part, [0, 1], None, [4, 256], [0, 4, 0, 256]).astype(np.int64)
    return histogram


def denoise(haze: np.ndarray, side: int) -> np.ndarray:
    """Eq. 5: the more frequent of the two values in the window; a tie goes to haze. (H, W) uint8, 1 is haze."""
    # two votes for haze, one outside the photo: a window is haze where its votes reach its area
    reach = side // 2
    votes = cv2.copyMakeBorder(2 * haze, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=1)
    depth = cv2.CV_16U if 2 * side * side < 2**16 else cv2.CV_32S
    votes = cv2.boxFilter(votes, depth, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    height, width = haze.shape
    return (votes[reach:reach + height, reach:reach + width] >= side * side).view(np.uint8)


def mask_filter(haze: np.ndarray, side: int) -> np.ndarray:
    """Eq. 6 and 7: haze where the whole window is haze. (H, W) uint8, 1 is haze."""
    return cv2.erode(haze, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))

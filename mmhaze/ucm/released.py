"""UCM as its authors' published code has it, which differs from their paper; for those who compare with that code.

The steps are those of :mod:`mmhaze.ucm.segment`. What is different [released]_:

- All windows are even: 2 floor(length r / 2) pixels, their centre below and to the right of the middle.
- The maps have a row more than the photo, as the channels come out a row too tall. It is never too dark to be haze.
- In the contrast map a pixel that may be haze keeps its contrast, thus the denoised map is the mode of many values:
  255, not haze, wins easily, and haze shrinks.
- The mask is an opening: every window that is all haze is haze as a whole. Where there is none, the window is halved.
- The box is that of the topmost run of rows with such windows, bridging gaps under half the height. Its last row is
  told from the number of these rows: the box ends as many rows early as the run has gaps, and the mask ends with it.
- A box under 64 pixels counts as no haze found, and then the mask is the whole photo.

It takes after the code within a pixel or two. Its off-by-one slips at the right and lower edge of mask and box are not
copied, nor where the box ends if a single row has windows, or if of all rows only the last but one has none.

.. [released] https://github.com/JYBlank-L/Unsupervised-Contrastive-Masking-for-Visual-Haze-Classification, commit
   18266b0, ``UCM/utils.py`` and ``UCM/ucm.py``.
"""
from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageFilter

from .regions import HazeRegions
from .settings import DEFAULTS, UcmSettings
from .thresholds import RESCUE_FACTOR, mean_gray

NOT_HAZE = np.uint8(255)
SMALLEST_BOX = 64  # pixels, the side of the authors' inputs


def segment_haze_released(img: np.ndarray, settings: UcmSettings = DEFAULTS) -> HazeRegions:
    """Finds the hazy part of a photo as the authors' code does.

    The ratios mean something else here: ``denoise_ratio`` is twice the size of the mode filter over the shorter side of
    its map, and ``mask_ratio`` is the rows and columns of the mask's window over those of its map. A window of the
    channels is at least 2 x 2 pixels, a mode filter of 0 or 1 changes nothing, and a mask window of no pixels finds no
    haze: with the default ratios, in every photo of under 139 rows or 140 columns.

    Args:
        img: (H, W, 3) uint8, BGR; not modified.
        settings: ``variant`` is not looked at, and ``min_box`` is 64 where it is less.

    Returns:
        As :func:`mmhaze.ucm.segment_haze`, with two differences. Where no haze is found, the mask is True everywhere
        and the ratio 1. And the box may end below the last row of the mask.
    """
    planes: Sequence[np.ndarray] = cv2.split(img)
    height, width = img.shape[:2]
    contrast = local_contrast(planes, max(1, half_window(min(height, width), settings.channel_ratio)))
    contrast_limit = (float(contrast.mean()) + float(np.median(contrast))) / 2
    gray = mean_gray(img) if settings.gray_threshold == 'auto' else float(settings.gray_threshold)
    values, gray = contrast_map(contrast, contrast_limit, planes, gray, settings.gray_fallback)
    values = most_frequent(values, half_window(min(values.shape), settings.denoise_ratio))
    halves = (half_window(length, settings.mask_ratio) for length in values.shape)
    corners, rows, columns = haze_windows(values, *halves)

    found = bool(corners.any())
    if found:
        top, bottom = topmost_run(np.flatnonzero(corners.any(1)), bridge=len(values) // 2)
        bottom += rows
        corners[bottom - 1:] = 0  # theirs are looked for above the last row of the box
        mask = paint_windows(corners, rows, columns)[:height]
        mask[bottom:] = False
        bottom = min(bottom, height)
        marked = np.flatnonzero(mask.any(0))
        box = (int(marked[0]), top, int(marked[-1]) + 1, bottom)
        found = min(box[2] - box[0], box[3] - box[1]) >= max(settings.min_box, SMALLEST_BOX)
    if not found:
        mask, box = np.ones((height, width), bool), (0, 0, width, height)
    return HazeRegions(
        mask=mask,
        box=box,
        found=found,
        ratio=float(mask.mean()),
        contrast_threshold=contrast_limit,
        gray_threshold=gray)


def half_window(length: int, ratio: float) -> int:
    """Half the side of a window in pixels, floor(length r / 2)."""
    return math.floor(length * ratio / 2)


def local_contrast(planes: Sequence[np.ndarray], half: int) -> np.ndarray:
    """Bright less dark channel over the ``2 half`` rows and columns that begin ``half`` before, (H + 1, W) uint8."""
    blue, green, red = planes
    window, anchor = np.ones((2 * half, 2 * half), np.uint8), (half, half)
    # every window that holds the row more holds the last row of the photo too, so its copy is not seen
    bright = cv2.copyMakeBorder(cv2.max(cv2.max(blue, green), red), 0, 1, 0, 0, cv2.BORDER_REPLICATE)
    dark = cv2.copyMakeBorder(cv2.min(cv2.min(blue, green), red), 0, 1, 0, 0, cv2.BORDER_REPLICATE)
    return cv2.subtract(cv2.dilate(bright, window, anchor=anchor), cv2.erode(dark, window, anchor=anchor))


def contrast_map(contrast: np.ndarray, limit: float, planes: Sequence[np.ndarray], gray: float,
                 fallback: float | None) -> tuple[np.ndarray, float]:
    """The contrast where it is at most ``limit`` and the mean of R, G, B at least the gate, 255 elsewhere.

    Returns:
        The map, (H + 1, W) uint8; and the gate taken, ``gray`` or ``fallback``.
    """
    flat = np.where(contrast > limit, NOT_HAZE, contrast)
    brightness = np.full(contrast.shape, 3 * 255, np.uint16)
    brightness[:-1] = sum(plane.astype(np.uint16) for plane in planes)
    gated = np.where(brightness < 3 * gray, NOT_HAZE, flat)
    if fallback is None:
        return gated, gray
    rescued = np.where(brightness < 3 * fallback, NOT_HAZE, flat)
    if RESCUE_FACTOR * np.count_nonzero(gated < NOT_HAZE) <= np.count_nonzero(rescued < NOT_HAZE):
        return rescued, fallback
    return gated, gray


def most_frequent(values: np.ndarray, size: int) -> np.ndarray:
    """Pillow's mode filter: over 2 floor(size / 2) + 1 rows and columns; of several modes the least; a pixel keeps its
    value where none is seen more than twice. (H, W) uint8."""
    return np.array(Image.fromarray(values).filter(ImageFilter.ModeFilter(size)))


def haze_windows(values: np.ndarray, half_rows: int, half_columns: int) -> tuple[np.ndarray, int, int]:
    """The windows that lie in the map and are all haze; halved, and halved again, while there is none.

    Returns:
        Where they have their upper left corner, (H, W) uint8, 0 or 1; and their rows and columns, pixels.
    """
    haze = (values < NOT_HAZE).astype(np.uint8)
    corners = np.zeros_like(haze)
    while half_rows and half_columns:
        rows, columns = 2 * half_rows, 2 * half_columns
        inside = tuple(slice(0, max(0, length - side + 1)) for length, side in zip(haze.shape, (rows, columns)))
        corners[inside] = cv2.erode(haze, np.ones((rows, columns), np.uint8), anchor=(0, 0))[inside]
        if corners.any():
            return corners, rows, columns
        half_rows, half_columns = half_rows // 2, half_columns // 2
    return corners, 0, 0


def topmost_run(rows: np.ndarray, bridge: int) -> tuple[int, int]:
    """The first of the ascending ``rows``, and where its run would end if it had no gaps; it goes on over gaps of fewer
    than ``bridge`` rows."""
    run = np.split(rows, np.flatnonzero(np.diff(rows) > bridge) + 1)[0]
    return int(run[0]), int(run[0]) + len(run) - 1


def paint_windows(corners: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The pixels of all windows of ``rows`` x ``columns`` with these upper left corners, (H, W) bool."""
    return cv2.dilate(corners, np.ones((rows, columns), np.uint8), anchor=(columns - 1, rows - 1)).astype(bool)

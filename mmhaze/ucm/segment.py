"""UCM on one photo, a function a step: Eq. 1 to 7 of the paper, and the box of Eq. 9.

Haze lies between the scene and the camera, so within a small window it takes the dark pixels up towards the airlight
and leaves little contrast. UCM looks for pixels of low local contrast that are also bright, then cleans the map twice.

"Unsupervised Contrastive Masking for Visual Haze Classification", ICMR 2022, called the paper throughout. Sizes are
shares of the shorter side of the photo, m, and every window is clipped at the border: a pixel outside does not exist.
"""
from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from .regions import HazeRegions

# Eq. 4. The weights sum to 1.08, and the order is OpenCV's: blue, green, red.
GRAY_WEIGHTS_BGR = (0.45, 0.33, 0.30)
# The rescue gate steps in where the gray gate leaves at most one in so many of the pixels that the fallback leaves.
RESCUE_FACTOR = 5


def segment_haze(img: np.ndarray,
                 *,
                 variant: str = 'paper',
                 channel_ratio: float = 1 / 40,
                 denoise_ratio: float = 1 / 40,
                 mask_ratio: float = 1 / 70,
                 gray_threshold: float | str = 'auto',
                 gray_fallback: float | None = 100.0,
                 min_box: int = 0) -> HazeRegions:
    """Finds the hazy part of a photo, without training.

    Args:
        img: the photo at its full resolution, (H, W, 3) uint8, BGR as OpenCV and mmcv load it; not modified.
        variant: ``'paper'``, the equations.
        channel_ratio: side of the window of the bright and the dark channel (1, 2) over the shorter side of the photo.
        denoise_ratio: side of the window of the most frequent value (5), likewise.
        mask_ratio: side of the window of the mask filter (6), likewise.
        gray_threshold: ``'auto'`` takes Eq. 4's one number per photo; or grey levels, 0 to 255.
        gray_fallback: grey levels, 0 to 255, tried instead where ``gray_threshold`` leaves next to nothing: in dense
            haze most of the photo is as bright as Eq. 4's number, and the equations alone find no haze in it. From the
            authors' code; ``None`` leaves the equations alone.
        min_box: pixels; haze whose box has a shorter side than this counts as not found. The authors use 64.

    Returns:
        The mask and its box. A photo without haze gives an empty mask, the whole photo as box, and ``found`` False.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo, or a setting is out of its range.
    """
    _check_photo(img)
    _check_settings(variant, channel_ratio, denoise_ratio, mask_ratio, gray_threshold, gray_fallback, min_box)
    planes: Sequence[np.ndarray] = cv2.split(np.ascontiguousarray(img))
    height, width = img.shape[:2]
    side = min(height, width)

    contrast = local_contrast(planes, window_side(side, channel_ratio))
    contrast_limit = contrast_threshold(contrast)
    gray = mean_gray(planes) if gray_threshold == 'auto' else float(gray_threshold)
    haze, gray = contrast_map(contrast, contrast_limit, planes, gray, gray_fallback)
    haze = denoise(haze, window_side(side, denoise_ratio))
    mask = mask_filter(haze, window_side(side, mask_ratio))

    x0, y0, box_width, box_height = cv2.boundingRect(mask)
    found = box_width > 0 and min(box_width, box_height) >= min_box
    if not found:
        x0, y0, box_width, box_height = 0, 0, width, height
        mask = np.zeros_like(mask)
    return HazeRegions(
        mask=mask.view(bool),
        box=(x0, y0, x0 + box_width, y0 + box_height),
        found=found,
        ratio=cv2.countNonZero(mask) / mask.size,
        contrast_threshold=contrast_limit,
        gray_threshold=gray)


def window_side(side: int, ratio: float) -> int:
    """The window's side in pixels, k(r) = 2 floor(m r / 2) + 1: odd, so that it has a centre and mirrors exactly."""
    return 2 * math.floor(side * ratio / 2) + 1


def local_contrast(planes: Sequence[np.ndarray], side: int) -> np.ndarray:
    """The bright channel (1) less the dark channel (2) over ``side`` x ``side`` windows, (H, W) uint8."""
    blue, green, red = planes
    window = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    bright = cv2.dilate(cv2.max(cv2.max(blue, green), red), window)
    dark = cv2.erode(cv2.min(cv2.min(blue, green), red), window)
    return cv2.subtract(bright, dark)


def contrast_threshold(contrast: np.ndarray) -> float:
    """t, half-way between the mean and the median of the local contrast; the median of an even count is NumPy's."""
    histogram = np.bincount(contrast.ravel(), minlength=256)
    mean = int(histogram @ np.arange(256)) / contrast.size
    below = np.cumsum(histogram)
    middles = np.searchsorted(below, [(contrast.size - 1) // 2, contrast.size // 2], side='right')
    return (mean + middles.sum() / 2) / 2


def mean_gray(planes: Sequence[np.ndarray]) -> float:
    """Eq. 4: the mean over the photo of 0.3 R + 0.33 G + 0.45 B, grey levels in [0, 275.4]; one number per photo.

    Per pixel, as the equation could also be read, every grey pixel would fall below its own threshold.
    """
    weighted = sum(weight * int(plane.sum(dtype=np.int64)) for weight, plane in zip(GRAY_WEIGHTS_BGR, planes))
    return weighted / planes[0].size


def contrast_map(contrast: np.ndarray, limit: float, planes: Sequence[np.ndarray], gray: float,
                 fallback: float | None) -> tuple[np.ndarray, float]:
    """Eq. 3 and 4 with the rescue gate: haze is where the contrast is below ``limit`` and the mean of R, G, B not below
    ``gray``.

    Returns:
        The map, (H, W) uint8, 1 is haze; and the gate taken, ``gray`` or ``fallback``.
    """
    blue, green, red = planes
    brightness = cv2.add(cv2.add(blue, green, dtype=cv2.CV_16U), red, dtype=cv2.CV_16U)
    # v < t and R + G + B >= 3 gray, on integers: n < x is n < ceil(x), and n >= x is n >= ceil(x)
    flat = contrast < math.ceil(limit)
    haze = (flat & (brightness >= math.ceil(3 * gray))).view(np.uint8)
    if fallback is None:
        return haze, gray
    rescued = (flat & (brightness >= math.ceil(3 * fallback))).view(np.uint8)
    if RESCUE_FACTOR * cv2.countNonZero(haze) <= cv2.countNonZero(rescued):
        return rescued, fallback
    return haze, gray


def denoise(haze: np.ndarray, side: int) -> np.ndarray:
    """Eq. 5: the more frequent of the two values in the window; a tie goes to haze. (H, W) uint8, 1 is haze."""
    # outside the photo the box filter counts zeros, so the count is that of the clipped window
    votes = cv2.boxFilter(haze, cv2.CV_32S, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    rows, columns = (_clipped_lengths(length, side) for length in haze.shape)
    return (2 * votes >= rows[:, None] * columns).view(np.uint8)


def mask_filter(haze: np.ndarray, side: int) -> np.ndarray:
    """Eq. 6 and 7: haze where the whole window is haze. (H, W) uint8, 1 is haze."""
    return cv2.erode(haze, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))


def _clipped_lengths(length: int, side: int) -> np.ndarray:
    """How many pixels of each centred window of ``side`` lie inside a line of ``length``, (length,) int32."""
    centre, reach = np.arange(length, dtype=np.int32), side // 2
    return np.minimum(centre + reach, length - 1) - np.maximum(centre - reach, 0) + 1


def _check_photo(img: np.ndarray) -> None:
    if not isinstance(img, np.ndarray) or img.ndim != 3 or img.shape[2] != 3 or img.dtype != np.uint8:
        got = f'{img.shape} {img.dtype}' if isinstance(img, np.ndarray) else type(img).__name__
        raise ValueError(f'segment_haze wants a photo of (H, W, 3) uint8, BGR, got {got}. '
                         'For a float image in [0, 1] pass (img * 255).round().astype(np.uint8).')
    if img.size == 0:
        raise ValueError(f'segment_haze wants a photo of at least one pixel, got {img.shape}.')


def _check_settings(variant: str, channel_ratio: float, denoise_ratio: float, mask_ratio: float,
                    gray_threshold: float | str, gray_fallback: float | None, min_box: int) -> None:
    if variant != 'paper':
        raise ValueError(f"variant must be 'paper', got {variant!r}.")
    ratios = dict(channel_ratio=channel_ratio, denoise_ratio=denoise_ratio, mask_ratio=mask_ratio)
    for name, ratio in ratios.items():
        if not 0 < ratio <= 1:
            raise ValueError(f'{name} is a share of the shorter side, in (0, 1], got {ratio}.')
    if isinstance(gray_threshold, str) and gray_threshold != 'auto':
        raise ValueError(f"gray_threshold is 'auto' or grey levels of 0 to 255, got {gray_threshold!r}.")
    for name, level in dict(gray_threshold=gray_threshold, gray_fallback=gray_fallback).items():
        if level is not None and level != 'auto' and not 0 <= float(level) <= 255:
            raise ValueError(f'{name} is in grey levels of 0 to 255, got {level}.')
    if min_box < 0:
        raise ValueError(f'min_box is in pixels, at least 0, got {min_box}.')

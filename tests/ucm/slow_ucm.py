"""UCM as its table in words has it, one pixel at a time: the oracle that the fast code is held against."""
from __future__ import annotations

import numpy as np

from mmhaze.ucm.settings import DEFAULTS, UcmSettings


def slow_segment_haze(img: np.ndarray, settings: UcmSettings = DEFAULTS) -> np.ndarray:
    """The mask of variant ``paper``, (H, W) bool, of an (H, W, 3) uint8 BGR photo."""
    height, width = img.shape[:2]
    pixels = [(y, x) for y in range(height) for x in range(width)]

    def window(y: int, x: int, ratio: float) -> tuple[slice, slice]:
        reach = (2 * int(min(height, width) * ratio / 2) + 1) // 2
        return slice(max(0, y - reach), y + reach + 1), slice(max(0, x - reach), x + reach + 1)

    contrast = np.zeros((height, width))
    for y, x in pixels:
        part = img[window(y, x, settings.channel_ratio)]
        contrast[y, x] = int(part.max()) - int(part.min())
    threshold = (np.mean(contrast) + np.median(contrast)) / 2

    blue, green, red = (img[..., channel].astype(np.float64) for channel in range(3))
    if settings.gray_threshold == 'auto':
        gray = float(np.mean(0.3 * red + 0.33 * green + 0.45 * blue))
    else:
        gray = float(settings.gray_threshold)

    def contrast_map(gate: float) -> np.ndarray:
        values = np.zeros((height, width), int)
        for y, x in pixels:
            if contrast[y, x] >= threshold or red[y, x] + green[y, x] + blue[y, x] < 3 * gate:
                values[y, x] = 255
        return values

    values = contrast_map(gray)
    if settings.gray_fallback is not None:
        rescued = contrast_map(settings.gray_fallback)
        if (values == 0).sum() <= 0.2 * (rescued == 0).sum():
            values = rescued

    denoised = np.zeros_like(values)
    for y, x in pixels:
        part = values[window(y, x, settings.denoise_ratio)]
        denoised[y, x] = 0 if (part == 0).sum() >= (part == 255).sum() else 255

    mask = np.zeros((height, width), bool)
    for y, x in pixels:
        mask[y, x] = denoised[window(y, x, settings.mask_ratio)].max() < 255
    return mask

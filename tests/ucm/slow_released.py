"""UCM as the authors' published code has it, one pixel and one window at a time: the oracle of variant ``released``."""
from __future__ import annotations

import numpy as np

from mmhaze.ucm.settings import DEFAULTS, UcmSettings


def slow_segment_haze_released(img: np.ndarray, settings: UcmSettings = DEFAULTS,
                               smallest_box: int = 64) -> tuple[np.ndarray, tuple[int, int, int, int], bool]:
    """(mask (H, W) bool, box, found) of an (H, W, 3) uint8 BGR photo."""
    height, width = img.shape[:2]
    map_height = height + 1
    pixels = [(y, x) for y in range(map_height) for x in range(width)]

    half = max(1, int(min(height, width) * settings.channel_ratio / 2))
    contrast = np.zeros((map_height, width), int)
    for y, x in pixels:
        part = img[max(0, y - half):y + half, max(0, x - half):x + half]
        contrast[y, x] = int(part.max()) - int(part.min())
    threshold = (np.mean(contrast) + np.median(contrast)) / 2

    blue, green, red = (img[..., channel].astype(np.float64) for channel in range(3))
    gray = settings.gray_threshold
    if gray == 'auto':
        gray = np.mean(0.3 * red + 0.33 * green + 0.45 * blue)

    def contrast_map(gate: float) -> np.ndarray:
        values = contrast.copy()
        for y, x in pixels:
            too_dark = y < height and (red[y, x] + green[y, x] + blue[y, x]) / 3 < gate
            if contrast[y, x] > threshold or too_dark:
                values[y, x] = 255
        return values

    values = contrast_map(gray)
    if settings.gray_fallback is not None:
        rescued = contrast_map(settings.gray_fallback)
        if (values != 255).sum() <= 0.2 * (rescued != 255).sum():
            values = rescued

    reach = int(min(map_height, width) * settings.denoise_ratio / 2) // 2
    denoised = values.copy()
    for y, x in pixels:
        seen = values[max(0, y - reach):y + reach + 1, max(0, x - reach):x + reach + 1].ravel().tolist()
        most = max(seen.count(value) for value in set(seen))
        if most > 2:
            denoised[y, x] = min(value for value in set(seen) if seen.count(value) == most)

    half_rows, half_columns = int(map_height * settings.mask_ratio / 2), int(width * settings.mask_ratio / 2)
    windows: list[tuple[int, int]] = []
    while half_rows > 0 and half_columns > 0:
        rows, columns = 2 * half_rows, 2 * half_columns
        windows = [(y, x) for y in range(map_height - rows + 1) for x in range(width - columns + 1)
                   if denoised[y:y + rows, x:x + columns].max() < 255]
        if windows:
            break
        half_rows, half_columns = half_rows // 2, half_columns // 2

    whole = np.ones((height, width), bool), (0, 0, width, height), False
    if not windows:
        return whole
    tops = sorted({y for y, _ in windows})
    count = 1
    while count < len(tops) and tops[count] - tops[count - 1] - 1 < map_height // 2:
        count += 1
    bottom = tops[0] + count - 1 + rows
    mask = np.zeros((height, width), bool)
    windows = [(y, x) for y, x in windows if y < bottom - 1]
    for y, x in windows:
        mask[y:min(y + rows, bottom), x:x + columns] = True
    bottom = min(bottom, height)
    left, right = min(x for _, x in windows), max(x for _, x in windows) + columns
    if bottom - tops[0] < smallest_box or right - left < smallest_box:
        return whole
    return mask, (left, tops[0], right, bottom), True

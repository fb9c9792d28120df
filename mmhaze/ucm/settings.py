"""UCM's settings: what they may be, and the windows that they stand for."""
from __future__ import annotations

import math

VARIANTS = ('paper', 'released')


def window_side(side: int, ratio: float) -> int:
    """The window's side in pixels, k(r) = 2 floor(m r / 2) + 1: odd, so that it has a centre and mirrors exactly."""
    return 2 * math.floor(side * ratio / 2) + 1


def check_settings(variant: str, channel_ratio: float, denoise_ratio: float, mask_ratio: float,
                    gray_threshold: float | str, gray_fallback: float | None, min_box: int) -> None:
    """Raises a ValueError that names the setting that is out of its range; see :func:`mmhaze.ucm.segment_haze`."""
    if variant not in VARIANTS:
        raise ValueError(f'variant is one of {VARIANTS}, got {variant!r}.')
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

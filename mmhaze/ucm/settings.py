"""UCM's settings: their defaults, their ranges, and the windows that they stand for."""
from __future__ import annotations

import math
from dataclasses import dataclass

VARIANTS = ('paper', 'released')


@dataclass(frozen=True)
class UcmSettings:
    """How UCM looks for haze; every way to run UCM takes these, with these defaults.

    Attributes:
        variant: ``'paper'``, the equations; or ``'released'``, what the authors' published code does, see
            :mod:`mmhaze.ucm.released`.
        channel_ratio: side of the window of the bright and the dark channel (1, 2) over the shorter side of the photo.
        denoise_ratio: side of the window of the most frequent value (5), likewise.
        mask_ratio: side of the window of the mask filter (6), likewise.
        gray_threshold: ``'auto'`` takes Eq. 4's one number per photo; or grey levels, 0 to 255.
        gray_fallback: grey levels, 0 to 255, tried instead where ``gray_threshold`` leaves next to nothing: in dense
            haze most of the photo is as bright as Eq. 4's number, and the equations alone find no haze in it. From the
            authors' code; ``None`` leaves the equations alone.
        min_box: pixels; haze whose box has a shorter side than this counts as not found. The authors use 64.

    Raises:
        ValueError: a setting is out of its range.
    """

    variant: str = 'paper'
    channel_ratio: float = 1 / 40
    denoise_ratio: float = 1 / 40
    mask_ratio: float = 1 / 70
    gray_threshold: float | str = 'auto'
    gray_fallback: float | None = 100.0
    min_box: int = 0

    def __post_init__(self) -> None:
        check_settings(**vars(self))


def check_settings(variant: str, channel_ratio: float, denoise_ratio: float, mask_ratio: float,
                   gray_threshold: float | str, gray_fallback: float | None, min_box: int) -> None:
    """Raises a ValueError that names the setting that is out of its range, see :class:`UcmSettings`.

    It is a function because older versions of ``torch.compile`` trace it and cannot trace making a frozen class.
    """
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


DEFAULTS = UcmSettings()


def window_side(side: int, ratio: float) -> int:
    """The window's side in pixels, k(r) = 2 floor(m r / 2) + 1: odd, so that it has a centre and mirrors exactly."""
    return 2 * math.floor(side * ratio / 2) + 1

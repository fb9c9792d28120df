"""UCM on a batch of photos of one size, on any device: the masks of :func:`segment_haze`, to the bit.

Nothing here goes through the photos one by one, or asks the device for a number: what differs between photos stays in
tensors of (N, 1, 1). It traces as one graph under ``torch.compile``.
"""
from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import pad

from .settings import DEFAULTS, check_settings, window_side
from .thresholds import GRAY_WEIGHTS_BGR, RESCUE_FACTOR


def segment_haze_batch(imgs: Tensor,
                       *,
                       variant: str = DEFAULTS.variant,
                       channel_ratio: float = DEFAULTS.channel_ratio,
                       denoise_ratio: float = DEFAULTS.denoise_ratio,
                       mask_ratio: float = DEFAULTS.mask_ratio,
                       gray_threshold: float | str = DEFAULTS.gray_threshold,
                       gray_fallback: float | None = DEFAULTS.gray_fallback,
                       min_box: int = DEFAULTS.min_box) -> Tensor:
    """Finds the hazy part of each photo of a batch, without training.

    Args:
        imgs: (N, 3, H, W) uint8, RGB, on a device that has float64; not modified.
        variant: ``'paper'``; the other variant of :func:`mmhaze.ucm.segment_haze` is for one photo at a time.
        channel_ratio, denoise_ratio, mask_ratio, gray_threshold, gray_fallback, min_box: as there.

    Returns:
        The masks, (N, H, W) bool, True is haze, on the device of ``imgs``; all False where no haze was found.

    Raises:
        ValueError: ``imgs`` is no (N, 3, H, W) uint8 tensor, or a setting is out of its range.
    """
    _check_batch(imgs)
    check_settings(variant, channel_ratio, denoise_ratio, mask_ratio, gray_threshold, gray_fallback, min_box)
    if variant != 'paper':
        raise ValueError(f"segment_haze_batch has variant 'paper', got {variant!r}. Use segment_haze.")
    side = min(imgs.shape[-2:])
    contrast = local_contrast(imgs, window_side(side, channel_ratio))
    flat = contrast < contrast_limit(contrast)
    brightness = imgs.sum(1, dtype=torch.int16)
    # R + G + B >= 3 gray, on integers: n >= x is n >= ceil(x)
    if gray_threshold == 'auto':
        haze = flat & (brightness >= (3 * mean_gray(imgs)).ceil().to(torch.int16))
    else:
        haze = flat & (brightness >= math.ceil(3 * float(gray_threshold)))
    if gray_fallback is not None:
        rescued = flat & (brightness >= math.ceil(3 * gray_fallback))
        too_few = RESCUE_FACTOR * haze.sum((1, 2), keepdim=True) <= rescued.sum((1, 2), keepdim=True)
        haze = torch.where(too_few, rescued, haze)
    mask = mask_filter(denoise(haze, window_side(side, denoise_ratio)), window_side(side, mask_ratio))
    return mask & (shorter_side_of_box(mask) >= min_box)


def local_contrast(imgs: Tensor, side: int) -> Tensor:
    """The bright channel (1) less the dark channel (2) over ``side`` x ``side`` windows, (N, H, W) uint8."""
    return largest(imgs.amax(1), side) - (255 - largest(255 - imgs.amin(1), side))


def contrast_limit(contrast: Tensor) -> Tensor:
    """The least whole number that is not below t, half-way between the mean and the median, (N, 1, 1) uint8."""
    count = contrast.shape[1] * contrast.shape[2]
    low = kth_smallest(contrast, (count - 1) // 2)
    # the other middle of an even count is the next value where low ends there
    above = torch.where(contrast > low, contrast, 255).amin((1, 2), keepdim=True)
    ends = (contrast <= low).sum((1, 2), keepdim=True) <= count // 2
    middles = low.double() + torch.where(ends, above, low).double()
    mean = contrast.sum((1, 2), keepdim=True).double() / count
    return ((mean + middles / 2) / 2).ceil().to(torch.uint8)


def kth_smallest(values: Tensor, k: int) -> Tensor:
    """The value with ``k`` others before it in ascending order, (N, H, W) uint8 -> (N, 1, 1) uint8, bit after bit."""
    found = torch.zeros_like(values[:, :1, :1])  # how many photos there are stays a number of the graph
    for bit in (128, 64, 32, 16, 8, 4, 2, 1):
        tried = found + bit
        found = torch.where((values < tried).sum((1, 2), keepdim=True) <= k, tried, found)
    return found


def mean_gray(imgs: Tensor) -> Tensor:
    """Eq. 4: the mean over each photo of 0.3 R + 0.33 G + 0.45 B, (N, 1, 1) float64."""
    red, green, blue = imgs.sum((2, 3)).double().unbind(1)
    weights = GRAY_WEIGHTS_BGR
    weighted = weights[0] * blue + weights[1] * green + weights[2] * red
    return (weighted / (imgs.shape[2] * imgs.shape[3])).reshape(-1, 1, 1)


def denoise(haze: Tensor, side: int) -> Tensor:
    """Eq. 5: the more frequent of the two values in the window; a tie goes to haze. (N, H, W) bool."""
    # two votes for haze, one outside the photo: a window is haze where its votes reach its area
    votes = pad(2 * haze.to(torch.uint8), [side // 2] * 4, value=1)
    for dim in (2, 1):
        sums = pad(votes.cumsum(dim, dtype=torch.int32), [1, 0] if dim == 2 else [0, 0, 1, 0])
        length = sums.shape[dim] - side
        votes = sums.narrow(dim, side, length) - sums.narrow(dim, 0, length)
    return votes >= side * side


def mask_filter(haze: Tensor, side: int) -> Tensor:
    """Eq. 6 and 7: haze where the whole window is haze. (N, H, W) bool."""
    return largest((~haze).to(torch.uint8), side) == 0


def largest(values: Tensor, side: int) -> Tensor:
    """The maximum over ``side`` x ``side`` windows, (N, H, W) uint8."""
    values = pad(values, [side // 2] * 4)
    return slide(torch.maximum, slide(torch.maximum, values, side, 2), side, 1)


def slide(operation: Callable[[Tensor, Tensor], Tensor], values: Tensor, side: int, dim: int) -> Tensor:
    """An idempotent operation over windows along a dimension: one of 2n from two of n."""
    have = 1
    while have < side:
        shift = min(have, side - have)
        length = values.shape[dim] - shift
        values = operation(values.narrow(dim, 0, length), values.narrow(dim, shift, length))
        have += shift
    return values


def shorter_side_of_box(mask: Tensor) -> Tensor:
    """The shorter side of the smallest box around each mask, pixels, (N, 1, 1) int64."""
    sides = []
    for dim in (1, 2):
        marked = mask.any(dim).to(torch.uint8)
        # argmax gives the first of the equal ones
        sides.append(marked.shape[1] - marked.argmax(1) - marked.flip(1).argmax(1))
    return torch.minimum(*sides).reshape(-1, 1, 1)


def _check_batch(imgs: Tensor) -> None:
    if not isinstance(imgs, Tensor) or imgs.ndim != 4 or imgs.shape[1] != 3 or imgs.dtype != torch.uint8:
        got = f'{tuple(imgs.shape)} {imgs.dtype}' if isinstance(imgs, Tensor) else type(imgs).__name__
        raise ValueError(f'segment_haze_batch wants a tensor of (N, 3, H, W) uint8, RGB, got {got}. '
                         'For floats in [0, 1] pass (imgs * 255).round().to(torch.uint8).')
    if 0 in imgs.shape[2:]:
        raise ValueError(f'segment_haze_batch wants photos of at least one pixel, got {tuple(imgs.shape)}.')

"""UCM's masks and boxes in operations that ONNX has, where even the size of the photo is a number of the graph.

:func:`mmhaze.ucm.segment_haze_batch` takes the sides of its windows from Python, so that a graph traced from it is for
photos of one size. Here they are tensors. The masks are the same, to the bit.
"""
from __future__ import annotations

import math

import torch
from torch import Tensor

from ..ucm.batch import kth_smallest, mean_gray
from ..ucm.settings import DEFAULTS, UcmSettings
from ..ucm.thresholds import RESCUE_FACTOR

# pixels of the shorter side; beyond, a window of the channels would be cut
LARGEST_SIDE = 10_000


def find_haze(photos: Tensor, settings: UcmSettings = DEFAULTS) -> tuple[Tensor, Tensor]:
    """The masks and boxes of :func:`mmhaze.ucm.segment_haze`, variant ``'paper'``.

    Args:
        photos: (N, 3, H, W) int32, RGB, grey levels of 0 to 255; the shorter side is at most ``LARGEST_SIDE``.

    Returns:
        The masks, (N, H, W) bool; and the boxes, (N, 4) int64, (x0, y0, x1, y1), half open, the whole photo where there
        is no haze.
    """
    height, width = length(photos, 2), length(photos, 3)
    side = torch.minimum(height, width)
    contrast = _local_contrast(photos, _reach(side, settings.channel_ratio), _doublings(settings.channel_ratio))
    flat = contrast < _contrast_limit(contrast)
    brightness = photos.sum(1)
    # R + G + B >= 3 gray, on integers: n >= x is n >= ceil(x)
    gray = settings.gray_threshold
    gate = (3 * mean_gray(photos)).ceil() if gray == 'auto' else math.ceil(3 * float(gray))
    haze = flat & (brightness >= gate)
    if settings.gray_fallback is not None:
        rescued = flat & (brightness >= math.ceil(3 * settings.gray_fallback))
        too_few = RESCUE_FACTOR * _count(haze) <= _count(rescued)
        haze = (rescued & too_few) | (haze & ~too_few)  # onnxruntime chooses no booleans
    votes, voters = _window_sums(haze, _reach(side, settings.denoise_ratio))
    votes, voters = _window_sums(2 * votes >= voters, _reach(side, settings.mask_ratio))
    mask = votes == voters

    boxes = _boxes(mask)
    x0, y0, x1, y1 = boxes.unbind(1)
    found = torch.minimum(x1 - x0, y1 - y0) >= max(settings.min_box, 1)
    whole = torch.stack([0 * width, 0 * height, width, height]).reshape(1, 4)
    return mask & found.reshape(-1, 1, 1), torch.where(found.reshape(-1, 1), boxes, whole)


def length(values: Tensor, dim: int) -> Tensor:
    """How long ``values`` is along a dimension, as a number of the graph, () int64."""
    return torch.as_tensor(values.shape[dim])


def _reach(side: Tensor, ratio: float) -> Tensor:
    """How far a window goes from its middle, pixels: floor(m r / 2)."""
    return (side.double() * ratio / 2).floor().long()


def _doublings(ratio: float) -> int:
    """How often one row is to be doubled until it is a window's upper half in any photo."""
    return math.ceil(math.log2(LARGEST_SIDE * ratio / 2 + 1))


def _local_contrast(photos: Tensor, reach: Tensor, doublings: int) -> Tensor:
    """The bright channel (1) less the dark channel (2), (N, H, W) int32."""
    bright, dark = photos.amax(1), -photos.amin(1)
    for _ in range(2):
        bright, dark = (_largest_of_rows(plane, reach, doublings).transpose(1, 2) for plane in (bright, dark))
    return bright + dark


def _largest_of_rows(values: Tensor, reach: Tensor, doublings: int) -> Tensor:
    """The largest of each row and of ``reach`` rows above and below it, (N, H, W)."""
    last = length(values, 1) - 1
    rows = torch.arange(last + 1)
    have = torch.ones_like(reach)
    for _ in range(doublings):  # of `have` rows from each one on, twice as many, until there are reach + 1
        step = torch.minimum(have, reach + 1 - have)
        values = torch.maximum(values, values.index_select(1, torch.minimum(rows + step, last)))
        have = have + step
    # those that end here; above the border, those that begin with the first row, which end above this window's end
    return torch.maximum(values, values.index_select(1, (rows - reach).clamp(min=0)))


def _contrast_limit(contrast: Tensor) -> Tensor:
    """The least whole number that is not below t, half-way between the mean and the median, (N, 1, 1) int32."""
    count = length(contrast, 1) * length(contrast, 2)
    middles = (kth_smallest(contrast, (count - 1) // 2) + kth_smallest(contrast, count // 2)).double()
    return ((_count(contrast).double() / count + middles / 2) / 2).ceil().to(torch.int32)


def _count(values: Tensor) -> Tensor:
    return values.sum((1, 2), keepdim=True)


def _window_sums(marked: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
    """How many pixels of each window are marked, (N, H, W) int32; and how many there are, (1, H, W)."""
    sums = torch.cat([marked, torch.ones_like(marked[:1])]).to(torch.int32)
    for _ in range(2):
        last = length(sums, 1) - 1
        rows = torch.arange(last + 1)
        below = sums.cumsum(1, dtype=torch.int32)
        above = below - sums
        sums = below.index_select(1, torch.minimum(rows + reach, last))
        sums = (sums - above.index_select(1, (rows - reach).clamp(min=0))).transpose(1, 2)
    return sums[:-1], sums[-1:]


def _boxes(mask: Tensor) -> Tensor:
    """The smallest box around each mask, (N, 4) int64; sides below 1 where there is no mask."""
    ends = []
    for dim in (1, 2):
        marked = mask.sum(dim) > 0
        places, beyond = torch.arange(length(marked, 1)), length(marked, 1)
        ends.append((torch.where(marked, places, beyond).amin(1), torch.where(marked, places + 1, 0).amax(1)))
    (x0, x1), (y0, y1) = ends
    return torch.stack([x0, y0, x1, y1], dim=1)

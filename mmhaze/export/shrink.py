"""Pillow's bicubic resizing and a crop from the centre as two products of matrices: the same pixels, to the bit.

Pillow works on whole numbers: weights times 2**22, and a rounding to grey levels after the columns and again after the
rows. ONNX's own Resize rounds neither, and has one size for all photos of a batch, where each box of haze has its own.
"""
from __future__ import annotations

import torch
from torch import Tensor

from .masks import length

UNIT = 2.0**22
BICUBIC_A = -0.5


def shrink(imgs: Tensor, boxes: Tensor, size: int) -> Tensor:
    """Cuts each photo to its box, resizes it so that the shorter side has ``size`` pixels, and keeps the centre square.

    Args:
        imgs: (N, 3, H, W) int32, grey levels of 0 to 255.
        boxes: (N, 4) int64, (x0, y0, x1, y1), half open.
        size: pixels.

    Returns:
        (N, 3, size, size) float64, whole grey levels of 0 to 255.
    """
    x0, y0, x1, y1 = boxes.double().unbind(1)
    width, height = x1 - x0, y1 - y0
    shorter = torch.minimum(width, height)
    columns = _weights(x0, width, (size * width / shorter).floor(), size, length(imgs, 3))
    rows = _weights(y0, height, (size * height / shorter).floor(), size, length(imgs, 2))
    imgs = _to_grey_levels(imgs.double() @ columns.transpose(1, 2).unsqueeze(1))
    return _to_grey_levels(rows.unsqueeze(1) @ imgs)


def _to_grey_levels(sums: Tensor) -> Tensor:
    return (sums / UNIT + 0.5).floor().clamp(0, 255)


def _weights(first: Tensor, source: Tensor, target: Tensor, size: int, pixels: Tensor) -> Tensor:
    """What each pixel counts in the ``size`` middle ones of ``target`` made from ``source``, (N, size, pixels) float64.

    Args:
        first, source, target: (N,) float64, pixels: where the box begins, how long it is, and how long it becomes.
        pixels: how long the photo is.
    """
    first, source, target = first.reshape(-1, 1, 1), source.reshape(-1, 1, 1), target.reshape(-1, 1, 1)
    scale = source / target
    stretch = scale.clamp(min=1)  # smaller pictures are blurred as they shrink, larger ones are not
    skipped = ((target - size) / 2).round()
    centre = (torch.arange(size).double().reshape(1, -1, 1) + skipped + 0.5) * scale
    places = torch.arange(pixels).double().reshape(1, 1, -1) - first
    begin = (centre - 2 * stretch + 0.5).floor().clamp(min=0)
    end = torch.minimum((centre + 2 * stretch + 0.5).floor(), source)
    weights = torch.where((places >= begin) & (places < end), _bicubic((places - centre + 0.5) * (1 / stretch)), 0.0)
    weights = weights / weights.sum(2, keepdim=True) * UNIT
    return weights.sign() * (weights.abs() + 0.5).floor()


def _bicubic(x: Tensor) -> Tensor:
    x, a = x.abs(), BICUBIC_A
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return torch.where(x < 1, near, torch.where(x < 2, far, 0.0))

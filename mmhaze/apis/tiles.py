"""A photo that is too large for a network, in tiles that overlap."""
from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def in_tiles(network: Callable[[Tensor], Tensor], photo: Tensor, tile: int, overlap: int) -> Tensor:
    """Puts a photo through a network tile by tile.

    Where two tiles overlap, a quarter of the overlap beside the border of each is not used, as the border disturbs it,
    and over the half between them one tile fades into the other. So a network whose view reaches no further than a
    quarter of the overlap gives what it gives of the whole photo.

    Args:
        network: (1, 3, h, w) -> the same shape.
        photo: (1, 3, H, W).
        tile: side of the tiles, pixels.
        overlap: by how much they overlap, pixels, at most half of ``tile``.

    Returns:
        (1, 3, H, W).

    Raises:
        ValueError: the overlap is not from 4 to half of a tile.
    """
    if not 4 <= overlap <= tile // 2:
        raise ValueError(f'Tiles of {tile} pixels overlap by 4 to {tile // 2}, got {overlap}.')
    height, width = photo.shape[2:]
    total, weights = torch.zeros_like(photo), photo.new_zeros(height, width)
    for top in _starts(height, tile, overlap):
        for left in _starts(width, tile, overlap):
            place = (..., slice(top, top + tile), slice(left, left + tile))
            part = photo[place]
            weight = torch.outer(_fade(top, part.shape[2], height, overlap), _fade(left, part.shape[3], width, overlap))
            weight = weight.to(photo)
            total[place] += weight * network(part)
            weights[place] += weight
    return total.div_(weights)


def _starts(length: int, tile: int, overlap: int) -> list[int]:
    """Where tiles begin along a side; the last ends with the photo."""
    last = max(length - tile, 0)
    return [*range(0, last, tile - overlap), last]


def _fade(start: int, size: int, length: int, overlap: int) -> Tensor:
    """What each pixel of a tile counts along a side, (size,): less towards the next tile, not towards the border."""
    places = torch.arange(size) + 0.5
    from_start = places if start else torch.full_like(places, overlap)
    from_end = size - places if start + size < length else torch.full_like(places, overlap)
    return ((torch.minimum(from_start, from_end) - overlap / 4) / (overlap / 2)).clamp(0, 1)

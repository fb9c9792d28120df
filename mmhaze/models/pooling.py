from __future__ import annotations

from torch import Tensor


def pool_feature(feature: Tensor) -> Tensor:
    """One vector an image from what any backbone gives: (N, C, h, w) maps, (N, L, C) tokens or (N, C) -> (N, C)."""
    if feature.ndim == 4:
        return feature.mean((-2, -1))
    if feature.ndim == 3:
        return feature.mean(1)
    if feature.ndim == 2:
        return feature
    raise ValueError(f'A feature is (N, C, h, w), (N, L, C) or (N, C), got {tuple(feature.shape)}.')

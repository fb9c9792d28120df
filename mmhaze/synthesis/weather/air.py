"""Haze before the scene: density over four decades, uneven and of some height, airlight of any brightness and tint."""
from __future__ import annotations

import torch
from torch import Tensor

from .draws import Draws

CLEAR_SHARE = 0.38               # of the pictures
CLEAR_BETA = (1e-5, 8e-4)        # 1/metre: one sees 4 km and more
HAZY_BETA = (1.2e-3, 0.2)        # 2.5 km down to 15 m
LAYER = (60.0, 3000.0)           # metres: how high haze reaches
FARTHEST = 5000.0                # metres
BEFORE_SKY = 1000.0              # metres of haze at most; more would call a dull sky over clear ground haze


def add_air(draws: Draws, clear: Tensor, nearness: Tensor, sky: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r"""Haze over clear scenes, :math:`I = J t + A (1 - t)`, :math:`t = e^{-\beta d}`.

    Depth is stretched by a factor, as the true scale of a scene is nobody's to know. Before the sky the way through
    haze is its height over the slope of the ray.

    Args:
        draws: for the batch.
        clear: J, (N, 3, H, W) RGB in [0, 1].
        nearness: 1 / d, 1/metre, (N, 1, H, W).
        sky: (N, 1, H, W) bool.

    Returns:
        I, (N, 3, H, W), not clamped; t, (N, 1, H, W); and A, (N, 3, 1, 1), the mean airlight.
    """
    height, width = clear.shape[2:]
    above = torch.linspace(1, 0, height).view(1, 1, -1, 1)
    depth = draws.factor(0.5) / nearness.clamp(min=1 / FARTHEST)
    beta = torch.where(draws.happens(CLEAR_SHARE), draws.ratio(*CLEAR_BETA), draws.ratio(*HAZY_BETA))
    uneven = torch.where(draws.happens(0.3), draws.even(0.1, 0.6), 0.0)
    beta = beta * (draws.field((height, width), stretch=2) * uneven).exp()
    slope = (above - draws.even(0.3, 0.6)).clamp(min=0.02)
    depth = torch.where(sky, (draws.ratio(*LAYER) / slope).clamp(max=BEFORE_SKY), depth)
    transmission = (-beta * depth).exp()

    airlight = (draws.even(0.4, 1) * draws.factor(0.05, channels=3)).clamp(0, 1)
    uneven = torch.where(draws.happens(0.4), draws.even(0.02, 0.12), 0.0)
    light = airlight * (draws.field((height, width), octaves=2, cells=2, persistence=0.5) * uneven).exp()
    light = light * (1 + draws.even(-0.05, 0.25) * (above - 0.5))  # brighter above
    return clear * transmission + light.clamp(0, 1.1) * (1 - transmission), transmission, airlight

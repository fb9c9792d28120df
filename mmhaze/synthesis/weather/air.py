"""Haze before the scene: density over four decades, uneven in place and height, airlight of any brightness and tint."""
from __future__ import annotations

import torch
from torch import Tensor

from .draws import Draws

CLEAR_SHARE = 0.38               # of the pictures
CLEAR_BETA = (1e-5, 8e-4)        # 1/metre: one sees 4 km and more
HAZY_BETA = (1.2e-3, 0.2)        # 2.5 km down to 15 m
LOW_SHARE = 0.2                  # of the pictures: fog on the ground, or a layer of it seen from above
LOW, HIGH = (4.0, 60.0), (60.0, 3000.0)  # metres: over which height the density falls to 1 / e
CLOUDY_SHARE = 0.15              # of the pictures: haze with the texture of clouds
FARTHEST = 5000.0                # metres
BEFORE_SKY = 1000.0              # metres of haze at most; more would call a dull sky over clear ground haze
STEEPEST = 3.0                   # the way through haze that is denser below is at most that of e to this


def add_air(draws: Draws, clear: Tensor, nearness: Tensor, sky: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r"""Haze over clear scenes, :math:`I = J t + A (1 - t)`, :math:`t = e^{-\beta w}`.

    Density falls with height as :math:`e^{-z / h}`, so that the way through haze of a ray of slope s is

    .. math:: w = \int_0^d e^{-s x / h} dx = \frac{h}{s} (1 - e^{-s d / h}),

    which before the sky is h / s. Depth is stretched by a factor, as the true scale of a scene is nobody's to know.

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
    cloudy = draws.happens(CLOUDY_SHARE)
    uneven = torch.where(draws.happens(0.3), draws.even(0.1, 0.6), 0.0)
    uneven = torch.where(cloudy, draws.even(0.5, 1.2), uneven)
    beta = beta * (draws.field((height, width), stretch=2) * uneven).exp()
    layer = torch.where(draws.happens(LOW_SHARE), draws.ratio(*LOW), draws.ratio(*HIGH))
    way = way_through(depth, above - draws.even(0.3, 0.6), layer, sky)
    transmission = (-beta * way).exp()

    airlight = draws.even(0.4, 1.15) * draws.factor(0.03, channels=3)  # a camera may be overexposed
    uneven = torch.where(draws.happens(0.4), draws.even(0.02, 0.12), 0.0)
    uneven = torch.where(cloudy, draws.even(0.05, 0.3), uneven)
    light = airlight * (draws.field((height, width), octaves=3, persistence=0.5) * uneven).exp()
    light = light * (1 + draws.even(-0.05, 0.25) * (above - 0.5))  # brighter above
    return clear * transmission + light.clamp(0, 1.15) * (1 - transmission), transmission, airlight


def way_through(depth: Tensor, slope: Tensor, layer: Tensor, sky: Tensor) -> Tensor:
    """Metres of haze as dense as at the camera, w of :func:`add_air`."""
    falls = slope * depth / layer
    falls = torch.where(falls.abs() < 1e-3, 1e-3, falls).clamp(min=-STEEPEST)
    way = depth * -torch.expm1(-falls) / falls
    return torch.where(sky, (layer / slope.clamp(min=0.02)).clamp(max=BEFORE_SKY), way)

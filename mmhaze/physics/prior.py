r"""The dark channel prior: transmission and airlight of one photo, without training [he2011]_.

In clear photos :math:`\min_{window} \min_c J_c \approx 0`, see :mod:`mmhaze.physics.dark_channel`. Therefore
:math:`t = 1 - \omega \min_{window} \min_c I_c / A_c`, refined along the edges of the photo.
"""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .airlight import brightest_airlight
from .dark_channel import WINDOW, dark_channel
from .guided_filter import guided_filter
from .scattering import T_MIN

KEPT_HAZE = 0.95  # omega: a little haze is left far away, else it looks unnatural
FILTER_RADIUS, FILTER_EPS = 60, 1e-4
TILE = 768  # pixels: the filter keeps some thirty numbers a pixel, which a large photo as a whole has no memory for


def estimate_scattering(hazy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the prior says of a photo.

    A photo with a side above 768 pixels is worked on in tiles. They overlap by all that a pixel depends on, so the
    answer is that of the whole photo, but for the rounding of float32.

    Args:
        hazy: I, (H, W, 3) float32 in [0, 1], RGB or BGR.

    Returns:
        The transmission t, (H, W) float32 in [0.1, 1], and the airlight A, (3,) in the photo's order, see
        :func:`mmhaze.physics.airlight.brightest_airlight`.
    """
    airlight = brightest_airlight(hazy, dark_channel(hazy))
    radius = min(FILTER_RADIUS, max(hazy.shape[:2]))
    transmission = np.empty(hazy.shape[:2], np.float32)
    margin = WINDOW // 2 + 2 * radius  # the filter takes the mean of means
    for top, bottom in _cuts(hazy.shape[0]):
        for left, right in _cuts(hazy.shape[1]):
            above, before = max(top - margin, 0), max(left - margin, 0)
            part = np.ascontiguousarray(hazy[above:bottom + margin, before:right + margin])
            rough = 1 - KEPT_HAZE * dark_channel(part / np.maximum(airlight, 1e-3))
            refined = guided_filter(part, rough, radius, FILTER_EPS)[top - above:bottom - above,
                                                                     left - before:right - before]
            np.clip(refined, T_MIN, 1, out=transmission[top:bottom, left:right])
    return transmission, airlight


def _cuts(length: int) -> Iterator[tuple[int, int]]:
    """Start and end of each tile along a side."""
    return ((start, min(start + TILE, length)) for start in range(0, length, TILE))

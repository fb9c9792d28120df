r"""The dark channel prior: transmission and airlight of one photo, without training [he2011]_.

In clear photos :math:`\min_{window} \min_c J_c \approx 0`, see :mod:`mmhaze.physics.dark_channel`. Therefore
:math:`t = 1 - \omega \min_{window} \min_c I_c / A_c`, refined along the edges of the photo.
"""
from __future__ import annotations

import numpy as np

from .airlight import brightest_airlight
from .dark_channel import dark_channel
from .guided_filter import guided_filter
from .scattering import T_MIN

KEPT_HAZE = 0.95  # omega: a little haze is left far away, else it looks unnatural
FILTER_RADIUS, FILTER_EPS = 60, 1e-4


def estimate_scattering(hazy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the prior says of a photo.

    Args:
        hazy: I, (H, W, 3) float32 in [0, 1], RGB or BGR.

    Returns:
        The transmission t, (H, W) float32 in [0.1, 1], and the airlight A, (3,) in the photo's order, see
        :func:`mmhaze.physics.airlight.brightest_airlight`.
    """
    airlight = brightest_airlight(hazy, dark_channel(hazy))
    transmission = 1 - KEPT_HAZE * dark_channel(hazy / np.maximum(airlight, 1e-3))
    refined = guided_filter(hazy, transmission, min(FILTER_RADIUS, max(hazy.shape[:2])), FILTER_EPS)
    return refined.clip(T_MIN, 1), airlight

r"""The dark channel prior: haze removal without training [he2011]_.

In clear photos some channel is dark almost everywhere: :math:`\min_{window} \min_c J_c \approx 0`. So what is bright
there is haze, :math:`t = 1 - \omega \min_{window} \min_c I_c / A_c`, and :math:`J = (I - A) / \max(t, t_0) + A`.

.. [he2011] K. He, J. Sun, X. Tang, "Single image haze removal using dark channel prior", IEEE TPAMI 33(12), 2011.
"""
from __future__ import annotations

import cv2
import numpy as np

from .guided_filter import guided_filter

WINDOW = 15             # pixels, of 600x400 photos
BRIGHTEST_SHARE = 1e-3  # of the dark channel, where the airlight is looked for
KEPT_HAZE = 0.95        # omega: a little haze is left far away, else it looks unnatural
LEAST_TRANSMISSION = 0.1
FILTER_RADIUS, FILTER_EPS = 60, 1e-4


def dark_channel(img: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """The least channel in the window around each pixel: (H, W, 3) float -> (H, W); clipped at the border."""
    return cv2.erode(img.min(axis=2), np.ones((window, window), np.uint8))


def estimate_scattering(hazy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the prior says of a photo.

    Args:
        hazy: I, (H, W, 3) float32 in [0, 1], RGB or BGR.

    Returns:
        The transmission t, (H, W) float32 in [0.1, 1], and the airlight A, (3,) in the photo's order: the brightest
        pixel among the 0.1 % that are brightest in the dark channel.
    """
    dark = dark_channel(hazy).ravel()
    count = max(int(dark.size * BRIGHTEST_SHARE), 1)
    pixels = hazy.reshape(-1, 3)[dark >= np.partition(dark, -count)[-count]]
    airlight = pixels[pixels.sum(axis=1).argmax()]
    transmission = 1 - KEPT_HAZE * dark_channel(hazy / np.maximum(airlight, 1e-3))
    refined = guided_filter(hazy, transmission, min(FILTER_RADIUS, max(hazy.shape[:2])), FILTER_EPS)
    return refined.clip(LEAST_TRANSMISSION, 1), airlight

"""The dark channel: in clear photos some channel is dark almost everywhere, so what is bright there is haze [he2011]_.

.. [he2011] K. He, J. Sun, X. Tang, "Single image haze removal using dark channel prior", IEEE TPAMI 33(12), 2011.
"""
from __future__ import annotations

import cv2
import numpy as np

WINDOW = 15  # pixels, of 600x400 photos


def dark_channel(img: np.ndarray, window: int = WINDOW) -> np.ndarray:
    r"""The least channel in the window around each pixel, :math:`\min_{window} \min_c I_c`.

    Args:
        img: (H, W, 3) uint8 or float; the order of the channels does not matter.
        window: its side, pixels, odd; windows are clipped at the border.

    Returns:
        (H, W) of the type of ``img``.
    """
    least = np.minimum(np.minimum(img[..., 0], img[..., 1]), img[..., 2])
    return cv2.erode(least, np.ones((window, window), np.uint8))

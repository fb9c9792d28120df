"""The colour of the haze that would fit a clear photo, estimated from the photo, as Foggy Cityscapes does.

The brightest part of the dark channel is where a photo is most like haze, mostly sky. Of the 0.1 % brightest pixels
there, the one of median grey gives its colour [tang2014]_ [sakaridis2018]_.

.. [tang2014] K. Tang, J. Yang, J. Wang, "Investigating haze-relevant features in a learning framework for image
   dehazing", CVPR 2014.
.. [sakaridis2018] C. Sakaridis, D. Dai, L. Van Gool, "Semantic foggy scene understanding with synthetic data",
   IJCV 2018.
"""
from __future__ import annotations

import cv2
import numpy as np

WINDOW = 15
BRIGHTEST = 1000  # one pixel in so many
LUMINANCE = np.array([0.114, 0.587, 0.299])  # of blue, green and red
# haze is lit by the sky, and even under dark clouds it is no dark grey
DARKEST, LIGHTEST = 0.7, 1.0


def estimate_airlight(photo: np.ndarray) -> np.ndarray:
    """The colour of one pixel of a clear photo, the one that haze over it would have.

    Args:
        photo: (H, W, 3) uint8 BGR.

    Returns:
        (3,) float64 BGR in [0, 1].

    Raises:
        ValueError: ``photo`` is not as above.
    """
    if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8 or not photo.size:
        raise ValueError(f'estimate_airlight wants (H, W, 3) uint8 BGR, got {photo.shape} {photo.dtype}.')
    dark = cv2.erode(photo, np.ones((WINDOW, WINDOW), np.uint8)).min(axis=2).ravel()
    count = dark.size // BRIGHTEST
    count += 1 - count % 2  # odd, for the median to be a pixel's own
    # of pixels that are equally bright the first ones in reading order are taken
    brightest = np.argsort(255 - dark, kind='stable')[:count]
    grey = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY).ravel()[brightest]
    chosen = brightest[np.flatnonzero(grey == np.median(grey))[0]]
    return photo.reshape(-1, 3)[chosen] / 255


def soften_airlight(airlight: np.ndarray) -> np.ndarray:
    """Half of its tint, as blue sky is bluer than haze, and bright enough for haze.

    Args:
        airlight: (3,) float BGR in [0, 1].

    Returns:
        (3,) float64 BGR: half-way to its own luminance, and then at least 0.7 in each channel.
    """
    return np.clip((airlight + LUMINANCE @ airlight) / 2, DARKEST, LIGHTEST)

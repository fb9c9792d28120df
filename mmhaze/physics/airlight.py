"""Airlight, the colour of haze, estimated from one photo.

Where the dark channel is brightest, a photo is most like haze, mostly sky. All three estimates look at about the 0.1 %
of pixels that are brightest there. They differ in the colour that they take:

=============================  ==============================  =========================================================
estimate                       colour                          source
=============================  ==============================  =========================================================
:func:`brightest_airlight`     of the brightest pixel          the dark channel prior [he2011]_
:func:`mean_airlight`          mean of the pixels              :func:`mmhaze.baselines.mean_transmission`
:func:`estimate_airlight`      of the pixel of median grey     [tang2014]_, Foggy Cityscapes [sakaridis2018]_
=============================  ==============================  =========================================================

.. [tang2014] K. Tang, J. Yang, J. Wang, "Investigating haze-relevant features in a learning framework for image
   dehazing", CVPR 2014.
.. [sakaridis2018] C. Sakaridis, D. Dai, L. Van Gool, "Semantic foggy scene understanding with synthetic data",
   IJCV 2018.
"""
from __future__ import annotations

import cv2
import numpy as np

from .dark_channel import dark_channel

BRIGHTEST_SHARE = 1e-3  # of the pixels
LUMINANCE = np.array([0.114, 0.587, 0.299])  # of blue, green and red
# haze is lit by the sky, and even under dark clouds it is no dark grey
DARKEST, LIGHTEST = 0.7, 1.0


def brightest_airlight(photo: np.ndarray, dark: np.ndarray) -> np.ndarray:
    """The colour, (3,), whose channels have the greatest sum among the pixels of the brightest dark channel.

    Args:
        photo: (H, W, 3).
        dark: its dark channel, (H, W).
    """
    pixels = photo[_brightest(dark, max(int(dark.size * BRIGHTEST_SHARE), 1))]
    return pixels[pixels.sum(axis=1).argmax()]


def mean_airlight(photo: np.ndarray, dark: np.ndarray) -> np.ndarray:
    """The mean colour, (3,), of the pixels of the brightest dark channel; arguments as :func:`brightest_airlight`."""
    return photo[_brightest(dark, max(round(dark.size * BRIGHTEST_SHARE), 1))].mean(0)


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
    dark = dark_channel(photo).ravel()
    count = dark.size // round(1 / BRIGHTEST_SHARE)
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


def _brightest(dark: np.ndarray, count: int) -> np.ndarray:
    """Which pixels have the brightest dark channel, (H, W) bool: ``count``, and all that are as bright as the last."""
    return dark >= np.partition(dark, dark.size - count, axis=None)[dark.size - count]

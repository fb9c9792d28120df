r"""The haze factor :math:`\omega` of Mao et al., one number a photo from its brightest and darkest channels.

Cut into haze levels by a :class:`~mmhaze.baselines.ThresholdClassifier` it is the baseline HBFD.
"""
from __future__ import annotations

import math

import cv2
import numpy as np

from .extremes import channel_extremes

# the authors' numbers
BRIGHTEST_SHARE = 1 / 3       # lambda: how much of the airlight is the brightest pixel, the rest is the mean
DARKNESS_WEIGHT = 5.1         # mu
CONTRAST_WEIGHT = 2.9         # nu
OFFSET = 0.2461               # sigma


def haze_factor(img: np.ndarray) -> float:
    r"""How hazy the photo is as a whole: :math:`\omega = e^{-(\mu x_1 + \nu x_2) / 2 + \sigma}` [mao2014]_.

    With d and b the least and the greatest channel of a pixel, bars for means over the photo, and the airlight
    :math:`A_0 = \lambda \max b + (1 - \lambda) \bar b`: :math:`x_1 = (A_0 - \bar d) / A_0` tells how much darker than
    the airlight the photo's dark sides are, :math:`x_2 = (\bar b - \bar d) / A_0` how colourful it is. Nothing is
    filtered or resized.

    Args:
        img: (H, W, 3) uint8; the order of the channels does not matter. Not modified.

    Returns:
        :math:`\omega`, in (0, 1.28]; more is hazier. NaN for a photo that is black everywhere.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo of at least one pixel.

    .. [mao2014] J. Mao et al., "Detecting Foggy Images and Estimating the Haze Degree Factor", 2014.
    """
    dark, bright = channel_extremes(img, 'haze_factor')
    dark_mean, bright_mean, brightest = cv2.mean(dark)[0], cv2.mean(bright)[0], float(bright.max())
    # grey levels of 0 to 255 throughout: only their ratios count
    airlight = BRIGHTEST_SHARE * brightest + (1 - BRIGHTEST_SHARE) * bright_mean
    if airlight == 0:
        return math.nan
    darkness = (airlight - dark_mean) / airlight
    contrast = (bright_mean - dark_mean) / airlight
    return math.exp(-(DARKNESS_WEIGHT * darkness + CONTRAST_WEIGHT * contrast) / 2 + OFFSET)

"""Four handmade features of a photo that haze changes: transmission, spectrum, contrast and saturation.

After the baseline SVM of the UCM paper's Table 1, by Zhang, Ma, Fu and Wang, 2015, of which no text was at hand: which
four features they are and the formulas are our reading of what the UCM paper says of it.
"""
from __future__ import annotations

import cv2
import numpy as np

from ..io.given import check_photo
from ..physics.airlight import mean_airlight
from ..physics.dark_channel import dark_channel
from ..physics.prior import KEPT_HAZE
from .dark_channel_ratio import window_of
from .saturation import mean_saturation

SPECTRUM_SIDE = 256            # pixels
FREQUENCIES = np.geomspace(0.01, 0.5, 20)  # edges of 19 rings, cycles/pixel
NO_POWER = 1e-6                # keeps the logarithm of a flat photo finite; rounding to grey levels makes 0.01

FEATURES = ('mean_transmission', 'spectrum_slope', 'rms_contrast', 'mean_saturation')


def haze_features(img: np.ndarray) -> np.ndarray:
    """The four features named in ``FEATURES``, (4,) float64, of a photo (H, W, 3) uint8 BGR; see each by itself."""
    return np.array([mean_transmission(img), spectrum_slope(img), rms_contrast(img), mean_saturation(img)])


def mean_transmission(img: np.ndarray) -> float:
    r"""The mean of the dark channel prior's transmission, :math:`t = 1 - 0.95 \min_{window} \min_c I_c / A_c`.

    A is the mean colour of the 0.1 % of pixels of the brightest dark channel, and of all that are as bright. Unlike a
    transmission proper it may fall below 0, where A is not the brightest.
    """
    check_photo(img, 'mean_transmission')
    window = window_of(img)
    # at least a grey level, for photos that are black or lack a colour
    airlight = np.maximum(mean_airlight(img, dark_channel(img, window)), 1)
    return float(1 - KEPT_HAZE * dark_channel(img / airlight, window).mean())


def spectrum_slope(img: np.ndarray) -> float:
    """The slope of log power over log frequency; near -2 in clear photos, and steeper where haze hides the detail.

    Of the grey photo at 256x256, less its mean, under a Hann window; power is averaged over 19 rings from 0.01 to 0.5
    cycles/pixel. 0 for a flat photo.
    """
    check_photo(img, 'spectrum_slope')
    side = SPECTRUM_SIDE
    grey = cv2.resize(cv2.cvtColor(img, cv2.COLOR_BGR2GRAY).astype(np.float64) / 255, (side, side),
                      interpolation=cv2.INTER_AREA)
    hann = np.hanning(side + 1)[:-1]
    power = np.abs(np.fft.fft2((grey - grey.mean()) * hann * hann[:, None]))**2
    frequency = np.fft.fftfreq(side)
    ring = np.digitize(np.hypot(frequency, frequency[:, None]).ravel(), FREQUENCIES)
    rings = len(FREQUENCIES) - 1
    sums, counts = np.bincount(ring, power.ravel(), rings + 2), np.bincount(ring, minlength=rings + 2)
    mean_power = (sums / counts)[1:rings + 1]
    centres = np.sqrt(FREQUENCIES[:-1] * FREQUENCIES[1:])
    return float(np.polyfit(np.log(centres), np.log(mean_power + NO_POWER), 1)[0])


def rms_contrast(img: np.ndarray) -> float:
    """The standard deviation of the luminance, in [0, 0.5]; less is hazier."""
    check_photo(img, 'rms_contrast')
    return float(cv2.cvtColor(img, cv2.COLOR_BGR2GRAY).std()) / 255

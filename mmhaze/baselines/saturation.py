from __future__ import annotations

import cv2
import numpy as np

from .extremes import channel_extremes

BAND = 2**23  # pixels; OpenCV counts in float32, exactly up to 2**24
GREYS = np.arange(256)


def saturation(img: np.ndarray, wanted_by: str = 'saturation') -> np.ndarray:
    r"""How colourful each pixel is: :math:`S = 1 - \min_c I_c / \max_c I_c`, 0 where it is black.

    Args:
        img: (H, W, 3) uint8; the order of the channels does not matter. Not modified.
        wanted_by: the function that asks, for the message.

    Returns:
        (H, W) float64 in [0, 1].

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo of at least one pixel.
    """
    return _saturation(*channel_extremes(img, wanted_by))


def mean_saturation(img: np.ndarray) -> float:
    """The mean :func:`saturation` of a photo, in [0, 1]; haze is grey, so less is hazier.

    Pixels of the same least and greatest channel are counted first, and there are at most 65536 kinds of them.
    """
    dark, bright = channel_extremes(img, 'mean_saturation')
    height, width = img.shape[:2]
    rows, total = max(BAND // width, 1), 0.0
    for top in range(0, height, rows):
        counts = cv2.calcHist([dark[top:top + rows], bright[top:top + rows]], [0, 1], None, [256, 256], [0, 256] * 2)
        total += float((counts * SATURATIONS).sum())
    return total / (height * width)


def _saturation(dark: np.ndarray, bright: np.ndarray) -> np.ndarray:
    dark, bright = np.broadcast_arrays(dark, bright)
    return 1 - np.divide(dark, bright, out=np.ones(dark.shape), where=bright > 0)


SATURATIONS = _saturation(GREYS[:, None], GREYS)  # by the least and the greatest channel

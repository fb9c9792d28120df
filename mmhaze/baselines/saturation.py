from __future__ import annotations

import numpy as np

from ..io.given import check_photo
from .extremes import channel_extremes

BAND = 2**18  # pixels


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
    dark, bright = channel_extremes(img, wanted_by)
    return 1 - np.divide(dark, bright, out=np.ones(dark.shape), where=bright > 0)


def mean_saturation(img: np.ndarray) -> float:
    """The mean :func:`saturation` of a photo, in [0, 1]; haze is grey, so less is hazier."""
    check_photo(img, 'mean_saturation')
    height, width = img.shape[:2]
    rows = max(BAND // width, 1)  # a large photo would take 24 bytes a pixel at once
    total = sum(float(saturation(img[top:top + rows]).sum()) for top in range(0, height, rows))
    return total / (height * width)

from __future__ import annotations

import cv2
import numpy as np

from ..io.given import check_photo


def channel_extremes(img: np.ndarray, wanted_by: str) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest channel of each pixel, (H, W) uint8 both.

    Args:
        img: (H, W, 3) uint8; the order of the channels does not matter. Not modified.
        wanted_by: the function that asks, for the message.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo of at least one pixel.
    """
    check_photo(img, wanted_by)
    first, second, third = cv2.split(img)
    return cv2.min(cv2.min(first, second), third), cv2.max(cv2.max(first, second), third)

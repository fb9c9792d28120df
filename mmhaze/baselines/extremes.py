from __future__ import annotations

import cv2
import numpy as np


def check_photo(img: np.ndarray, wanted_by: str) -> None:
    """Raises the ValueError of :func:`channel_extremes`, where it would be raised."""
    if img.ndim != 3 or img.shape[2] != 3 or img.dtype != np.uint8 or not img.size:
        raise ValueError(f'{wanted_by} wants a photo of (H, W, 3) uint8, got {img.shape} {img.dtype}. '
                         'For a float image in [0, 1] pass (img * 255).round().astype(np.uint8).')


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

"""The sky of a clear photo: networks and stereo cameras say of it what they like, and for haze it is far.

In the photo shrunk to 320 pixels, what may be sky is bright and not very colourful, or blue. Then

1. flat parts of it that reach the top border are sky where they are very bright, or bright and blue, as skies mostly
   are, or where the depth has them twice as far as the rest of the photo,
2. and further parts, such as clouds, are sky where more than half of their border is.

Of 114 photos of streets and fields, looked at one by one, this takes a sunlit wall for sky in 5, in 3 of them more than
1 % of the photo, and leaves out a part of the sky, low clouds or what shows through branches, in 5. Sky that does not
reach the top border is not found.
"""
from __future__ import annotations

import cv2
import numpy as np

WORKING_SIDE = 320  # pixels
SQUARE = np.ones((3, 3), np.uint8)
# 8-bit values. Bright: the largest channel is at least the first, the smallest at least the second; what is not flat
# must be brighter. Blue: blue is the largest, at least the first, and by the second above red.
BRIGHT, BRIGHTER = (130, 110), (150, 120)
BLUE = (80, 10)
FLAT = 12  # between neighbours, in each channel
# Of the largest channel in the mean: most walls fall below, even sunlit ones. A lower mean will do where blue is by the
# second above red: walls in the shade are blue, too, and darker.
VERY_BRIGHT = 225
BRIGHT_BLUE = (180, 20)
FARTHER = 2.0  # than the median of the rest of the photo
TOP_ROWS = 2


def find_sky(depth: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """Where a clear photo shows the sky.

    Args:
        depth: metres, (H, W) float, above 0, infinite or wrong in the sky.
        photo: (H, W, 3) uint8 BGR.

    Returns:
        (H, W) bool.
    """
    height, width = photo.shape[:2]
    if depth.shape != (height, width):
        raise ValueError(f'depth must have the size of the photo, {(height, width)}, got {depth.shape}.')
    scale = min(1.0, WORKING_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.medianBlur(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), 3)
    inverse = cv2.resize(np.float32(1) / depth, size, interpolation=cv2.INTER_AREA)
    candidates = _find_sky_colours(small, BRIGHT)
    steps = (cv2.dilate(small, SQUARE) - cv2.erode(small, SQUARE)).max(axis=2)
    sky = _find_top_parts(candidates & (steps <= FLAT), small, inverse)
    # next to an edge no pixel is flat
    sky = (cv2.dilate(sky.astype(np.uint8), SQUARE) > 0) & candidates
    sky |= _find_enclosed_parts(_find_sky_colours(small, BRIGHTER) & ~sky, sky)
    return cv2.resize(sky.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.5


def set_sky_far(depth: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """``depth``, (H, W) float, with infinity where :func:`find_sky` sees the sky of ``photo``; a copy."""
    return np.where(find_sky(depth, photo), np.array(np.inf, depth.dtype), depth)


def _find_sky_colours(img: np.ndarray, bright: tuple[int, int]) -> np.ndarray:
    blue, green, red = (img[..., channel].astype(np.int16) for channel in range(3))
    is_bright = (img.max(axis=2) >= bright[0]) & (img.min(axis=2) >= bright[1])
    return is_bright | ((blue >= BLUE[0]) & (blue >= green) & (blue >= red + BLUE[1]))


def _find_top_parts(flat: np.ndarray, img: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    """The connected parts of ``flat`` that reach the top border, and have the light or the depth of sky."""
    _, labels = cv2.connectedComponents(flat.astype(np.uint8), connectivity=4)
    sky = np.zeros_like(flat)
    for label in np.unique(labels[:TOP_ROWS][flat[:TOP_ROWS]]):
        part = labels == label
        pixels = img[part]
        light, blueness = pixels.max(axis=1).mean(), pixels[:, 0].mean() - pixels[:, 2].mean()
        if (light >= VERY_BRIGHT or (light >= BRIGHT_BLUE[0] and blueness >= BRIGHT_BLUE[1]) or part.all()
                or np.percentile(inverse[part], 10) * FARTHER < np.median(inverse[~part])):
            sky |= part
    return sky


def _find_enclosed_parts(rest: np.ndarray, sky: np.ndarray) -> np.ndarray:
    """The connected parts of ``rest`` of whose border more than half is sky."""
    count, labels = cv2.connectedComponents(rest.astype(np.uint8), connectivity=4)
    border, shared = np.zeros(count, int), np.zeros(count, int)
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:-1], np.s_[1:]),
                       (np.s_[:, 1:], np.s_[:, :-1]), (np.s_[:, :-1], np.s_[:, 1:])):
        edge = rest[one] & ~rest[other]
        border += np.bincount(labels[one][edge], minlength=count)
        shared += np.bincount(labels[one][edge & sky[other]], minlength=count)
    return (2 * shared > border)[labels] & rest

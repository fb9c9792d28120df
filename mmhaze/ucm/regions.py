"""What UCM finds in a photo, and the two maps made from it."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..io.given import advise, describe


@dataclass(frozen=True)
class HazeRegions:
    """The haze of one photo of (H, W) pixels.

    Attributes:
        mask: (H, W) bool, True is haze; all False where ``found`` is, and all True there in variant ``'released'``.
        box: (x0, y0, x1, y1), half open, the smallest that holds every pixel of ``mask``; the whole photo where no haze
            was found. In variant ``'released'`` it may end below the mask.
        found: whether there is haze, and its box has no side under ``min_box``.
        ratio: the share of the photo that is haze, in [0, 1].
        contrast_threshold: t, grey levels in [0, 255]; a pixel of less local contrast may be haze.
        gray_threshold: grey levels in [0, 275.4]; a pixel whose mean over R, G and B is at least this may be haze.
    """

    mask: np.ndarray
    box: tuple[int, int, int, int]
    found: bool
    ratio: float
    contrast_threshold: float
    gray_threshold: float


def haze_filter(img: np.ndarray, regions: HazeRegions) -> np.ndarray:
    """The filter map, Eq. 8: the photo where there is haze, black elsewhere; the whole photo where none was found.

    Args:
        img: (H, W, C) or (H, W), the photo that ``regions`` came from.
        regions: what :func:`segment_haze` found in it.

    Returns:
        A new array with the shape and dtype of ``img``.
    """
    check_same_photo(img, regions)
    if not regions.found:
        return img.copy()
    mask = regions.mask if img.ndim == 2 else regions.mask[..., None]
    return img * mask


def haze_segment(img: np.ndarray, regions: HazeRegions) -> np.ndarray:
    """The segment map, Eq. 9: the photo cut to the box of its haze; the whole photo where none was found.

    Args:
        img: (H, W, C) or (H, W), the photo that ``regions`` came from.
        regions: what :func:`segment_haze` found in it.

    Returns:
        A new array, (y1 - y0, x1 - x0, C) or (y1 - y0, x1 - x0), with the dtype of ``img``.
    """
    check_same_photo(img, regions)
    x0, y0, x1, y1 = regions.box
    return img[y0:y1, x0:x1].copy()


def check_same_photo(img: np.ndarray, regions: HazeRegions) -> None:
    """Raises a ValueError where ``img`` is no photo, or ``regions`` cannot be its own, as the sizes differ."""
    if not isinstance(img, np.ndarray):
        raise ValueError(f'wanted the photo that the regions are of, an array, got {describe(img)}.{advise(img)}')
    if img.shape[:2] != regions.mask.shape:
        raise ValueError(f'The regions are those of a photo of {regions.mask.shape} pixels, this one has '
                         f'{img.shape[:2]}. Resize after UCM, or run UCM on the resized photo.')

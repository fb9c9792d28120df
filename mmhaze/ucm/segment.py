"""UCM on one photo: Eq. 1 to 7 of the paper, and the box of Eq. 9.

Haze lies between the scene and the camera, so within a small window it takes the dark pixels up towards the airlight
and leaves little contrast. UCM looks for pixels of low local contrast that are also bright, then cleans the map twice.

"Unsupervised Contrastive Masking for Visual Haze Classification", ICMR 2022, called the paper throughout. Sizes are
shares of the shorter side of the photo, m, and every window is clipped at the border: a pixel outside does not exist.
"""
from __future__ import annotations

import cv2
import numpy as np

from ..io.given import check_photo
from .passes import GRAY, clean, survey
from .regions import HazeRegions
from .released import segment_haze_released
from .settings import DEFAULTS, UcmSettings, window_side
from .thresholds import choose_gate, contrast_threshold, mean_gray

BRIGHTER_THAN_ANY = 256.0  # grey levels


def segment_haze(img: np.ndarray,
                 *,
                 variant: str = DEFAULTS.variant,
                 channel_ratio: float = DEFAULTS.channel_ratio,
                 denoise_ratio: float = DEFAULTS.denoise_ratio,
                 mask_ratio: float = DEFAULTS.mask_ratio,
                 gray_threshold: float | str = DEFAULTS.gray_threshold,
                 gray_fallback: float | None = DEFAULTS.gray_fallback,
                 min_box: int = DEFAULTS.min_box) -> HazeRegions:
    """Finds the hazy part of a photo, without training.

    Args:
        img: the photo at its full resolution, (H, W, 3) uint8, BGR as OpenCV and mmcv load it; not modified.
        variant, channel_ratio, denoise_ratio, mask_ratio, gray_threshold, gray_fallback, min_box: see
            :class:`UcmSettings`.

    Returns:
        The mask and its box. A photo without haze gives an empty mask, the whole photo as box, and ``found`` False.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo, or a setting is out of its range.
    """
    return segment_photo(img, UcmSettings(variant, channel_ratio, denoise_ratio, mask_ratio, gray_threshold,
                                          gray_fallback, min_box))


def segment_photo(img: np.ndarray, settings: UcmSettings = DEFAULTS) -> HazeRegions:
    """:func:`segment_haze` with its settings as one value."""
    check_photo(img, 'segment_haze')
    if settings.variant == 'released':
        return segment_haze_released(img, settings)
    img = np.ascontiguousarray(img)
    height, width = img.shape[:2]
    side = min(height, width)

    gray = mean_gray(img) if settings.gray_threshold == 'auto' else float(settings.gray_threshold)
    fallback = BRIGHTER_THAN_ANY if settings.gray_fallback is None else float(settings.gray_fallback)
    contrast, gates, histogram = survey(img, window_side(side, settings.channel_ratio), gray, fallback)
    limit = contrast_threshold(histogram.sum(axis=0))
    gate = GRAY if settings.gray_fallback is None else choose_gate(histogram, limit)
    mask = clean(contrast, gates, limit, gate, window_side(side, settings.denoise_ratio),
                 window_side(side, settings.mask_ratio))

    x0, y0, box_width, box_height = cv2.boundingRect(mask)
    found = box_width > 0 and min(box_width, box_height) >= settings.min_box
    if not found:
        x0, y0, box_width, box_height = 0, 0, width, height
        mask = np.zeros_like(mask)
    return HazeRegions(
        mask=mask.view(bool),
        box=(x0, y0, x0 + box_width, y0 + box_height),
        found=found,
        ratio=cv2.countNonZero(mask) / mask.size,
        contrast_threshold=limit,
        gray_threshold=gray if gate == GRAY else fallback)

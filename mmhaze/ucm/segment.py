"""UCM on one photo: Eq. 1 to 7 of the paper, and the box of Eq. 9.

Haze lies between the scene and the camera, so within a small window it takes the dark pixels up towards the airlight
and leaves little contrast. UCM looks for pixels of low local contrast that are also bright, then cleans the map twice.

"Unsupervised Contrastive Masking for Visual Haze Classification", ICMR 2022, called the paper throughout. Sizes are
shares of the shorter side of the photo, m, and every window is clipped at the border: a pixel outside does not exist.
"""
from __future__ import annotations

import cv2
import numpy as np

from .passes import GRAY, clean, survey
from .regions import HazeRegions
from .released import segment_haze_released
from .settings import check_settings, window_side
from .thresholds import choose_gate, contrast_threshold, mean_gray

BRIGHTER_THAN_ANY = 256.0  # grey levels


def segment_haze(img: np.ndarray,
                 *,
                 variant: str = 'paper',
                 channel_ratio: float = 1 / 40,
                 denoise_ratio: float = 1 / 40,
                 mask_ratio: float = 1 / 70,
                 gray_threshold: float | str = 'auto',
                 gray_fallback: float | None = 100.0,
                 min_box: int = 0) -> HazeRegions:
    """Finds the hazy part of a photo, without training.

    Args:
        img: the photo at its full resolution, (H, W, 3) uint8, BGR as OpenCV and mmcv load it; not modified.
        variant: ``'paper'``, the equations; or ``'released'``, what the authors' published code does, see
            :mod:`mmhaze.ucm.released`.
        channel_ratio: side of the window of the bright and the dark channel (1, 2) over the shorter side of the photo.
        denoise_ratio: side of the window of the most frequent value (5), likewise.
        mask_ratio: side of the window of the mask filter (6), likewise.
        gray_threshold: ``'auto'`` takes Eq. 4's one number per photo; or grey levels, 0 to 255.
        gray_fallback: grey levels, 0 to 255, tried instead where ``gray_threshold`` leaves next to nothing: in dense
            haze most of the photo is as bright as Eq. 4's number, and the equations alone find no haze in it. From the
            authors' code; ``None`` leaves the equations alone.
        min_box: pixels; haze whose box has a shorter side than this counts as not found. The authors use 64.

    Returns:
        The mask and its box. A photo without haze gives an empty mask, the whole photo as box, and ``found`` False.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo, or a setting is out of its range.
    """
    _check_photo(img)
    check_settings(variant, channel_ratio, denoise_ratio, mask_ratio, gray_threshold, gray_fallback, min_box)
    if variant == 'released':
        return segment_haze_released(img, channel_ratio=channel_ratio, denoise_ratio=denoise_ratio,
                                     mask_ratio=mask_ratio, gray_threshold=gray_threshold,
                                     gray_fallback=gray_fallback, min_box=min_box)
    img = np.ascontiguousarray(img)
    height, width = img.shape[:2]
    side = min(height, width)

    gray = mean_gray(img) if gray_threshold == 'auto' else float(gray_threshold)
    fallback = BRIGHTER_THAN_ANY if gray_fallback is None else float(gray_fallback)
    contrast, gates, histogram = survey(img, window_side(side, channel_ratio), gray, fallback)
    limit = contrast_threshold(histogram.sum(axis=0))
    gate = GRAY if gray_fallback is None else choose_gate(histogram, limit)
    mask = clean(contrast, gates, limit, gate, window_side(side, denoise_ratio), window_side(side, mask_ratio))

    x0, y0, box_width, box_height = cv2.boundingRect(mask)
    found = box_width > 0 and min(box_width, box_height) >= min_box
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


def _check_photo(img: np.ndarray) -> None:
    if not isinstance(img, np.ndarray) or img.ndim != 3 or img.shape[2] != 3 or img.dtype != np.uint8:
        got = f'{img.shape} {img.dtype}' if isinstance(img, np.ndarray) else type(img).__name__
        raise ValueError(f'segment_haze wants a photo of (H, W, 3) uint8, BGR, got {got}. '
                         'For a float image in [0, 1] pass (img * 255).round().astype(np.uint8).')
    if img.size == 0:
        raise ValueError(f'segment_haze wants a photo of at least one pixel, got {img.shape}.')

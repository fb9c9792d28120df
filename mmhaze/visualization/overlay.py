from __future__ import annotations

import cv2
import numpy as np

from ..haze_map import HazeMap
from ..io.lettering import fit_line, ink
from ..ucm.regions import HazeRegions, check_same_photo

TINT_BGR = (255, 112, 32)  # a blue that is rare in streets and clear to the colour-blind
OPACITY = 0.55
LEGEND = ('no haze', 'haze alone')


def overlay_haze(img: np.ndarray, regions: HazeRegions) -> np.ndarray:
    """The photo with its haze tinted and the box of it outlined; the photo as it is where no haze was found.

    Args:
        img: (H, W, 3) uint8 BGR; not modified.
        regions: what UCM found in it.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    check_same_photo(img, regions)
    overlay = img.copy()
    if not regions.found:
        return overlay
    tinted_levels = np.arange(256)[:, None] * (1 - OPACITY) + np.array(TINT_BGR) * OPACITY  # of each grey level
    tinted = cv2.LUT(img, tinted_levels.round().astype(np.uint8)[:, None])
    cv2.copyTo(tinted, regions.mask.view(np.uint8), overlay)
    x0, y0, x1, y1 = regions.box
    thickness = max(1, min(img.shape[:2]) // 160)
    cv2.rectangle(overlay, (x0, y0), (x1 - 1, y1 - 1), TINT_BGR, thickness)
    return overlay


def overlay_map(img: np.ndarray, found: HazeMap) -> np.ndarray:
    """The photo with its haze, 1 - t, over it in colours from violet to yellow, and their legend along its bottom.

    A clear sky stays as it is.

    Args:
        img: (H, W, 3) uint8 BGR; not modified.
        found: the haze of this photo.

    Returns:
        (H, W, 3) uint8 BGR.

    Raises:
        ValueError: ``found`` is of a photo of another size.
    """
    if found.transmission.shape != img.shape[:2]:
        raise ValueError(f'found is of a photo of {found.transmission.shape}, and img is {img.shape[:2]}.')
    colours = cv2.applyColorMap(np.rint((1 - found.transmission) * 255).astype(np.uint8), cv2.COLORMAP_VIRIDIS)
    opacity = (OPACITY * (1 - found.sky))[..., None]
    overlay = np.rint(img * (1 - opacity) + colours * opacity).astype(np.uint8)
    height, width = img.shape[:2]
    band = min(max(12, height // 24), height)
    scale = np.linspace(0, 255, width).round().astype(np.uint8)[None]
    overlay[-band:] = cv2.applyColorMap(scale, cv2.COLORMAP_VIRIDIS)
    for text, colour, share in zip(LEGEND, ((255, 255, 255), (0, 0, 0)), (0, 1)):
        line = fit_line(text, max(1, round(band * 0.78)), width // 2 - band // 2)
        left = band // 4 + share * (width - line.shape[1] - band // 2)
        ink(overlay[-band:], line, max(left, 0), (band - len(line)) // 2, colour)
    return overlay

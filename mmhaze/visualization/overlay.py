from __future__ import annotations

import cv2
import numpy as np

from ..ucm.regions import HazeRegions, check_same_photo

TINT_BGR = (255, 112, 32)  # a blue that is rare in streets and clear to the colour-blind
OPACITY = 0.55


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

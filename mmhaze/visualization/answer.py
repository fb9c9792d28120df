from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..io.lettering import fit_line, ink
from .level import name_level, write_caption

SHORTEST, LONGEST = 320, 640  # of the longer side of the photo, pixels
STRIP = 78  # height of the bars with what is written under them
INK, GREY, PREDICTED = (40, 40, 40), (190, 190, 190), (255, 112, 32)


def draw_answer(img: np.ndarray, probabilities: Sequence[float], *, true: int | None = None,
                names: Sequence[str] = ()) -> np.ndarray:
    """A photo with the level that a network gives it on top, and a bar for the probability of each level below.

    The predicted level has the blue bar, the true one a frame.

    Args:
        img: (H, W, 3) uint8 BGR; shown with its longer side between 320 and 640 pixels.
        probabilities: of each level.
        true: the true level, if it is known.
        names: of the levels, such as ``'300 m'``.

    Returns:
        (h, w, 3) uint8 BGR.
    """
    level = int(np.argmax(probabilities))
    says = f'{name_of_level(level, names)}, {probabilities[level]:.0%} sure'
    if true is not None:
        says += ' - right' if true == level else f' - true {name_of_level(true, names)}'
    shown = write_caption(_fit(img), says)
    return np.vstack([shown, _draw_bars(probabilities, level, true, shown.shape[1])])


def _fit(img: np.ndarray) -> np.ndarray:
    """The photo in a size that can be read, on grey where it is much narrower than it is high."""
    height, width = img.shape[:2]
    scale = np.clip(max(height, width), SHORTEST, LONGEST) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    img = cv2.resize(img, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST)
    room = max(0, SHORTEST - size[0])
    low = max(0, SHORTEST // 8 - size[1])
    return cv2.copyMakeBorder(img, low // 2, low - low // 2, room // 2, room - room // 2, cv2.BORDER_CONSTANT,
                              value=GREY)


def _draw_bars(probabilities: Sequence[float], level: int, true: int | None, width: int) -> np.ndarray:
    strip = np.full((STRIP, width, 3), 255, np.uint8)
    edges = np.linspace(8, width - 8, len(probabilities) + 1).round().astype(int).tolist()
    foot, top = STRIP - 22, 8
    for index, (probability, left, right) in enumerate(zip(probabilities, edges, edges[1:])):
        height = round((foot - top) * probability)
        cv2.rectangle(strip, (left + 3, foot - height), (right - 4, foot), PREDICTED if index == level else GREY,
                      cv2.FILLED)
        if index == true:
            cv2.rectangle(strip, (left + 1, 3), (right - 2, STRIP - 3), INK, 1)
        number = fit_line(str(index), 13, right - left)
        ink(strip, number, (left + right - number.shape[1]) // 2, STRIP - 3 - len(number), INK)
    cv2.line(strip, (8, foot), (width - 8, foot), INK, 1)
    return strip


def name_of_level(level: int, names: Sequence[str] = ()) -> str:
    """:func:`name_level` of a level by the names of all, where there are any."""
    return name_level(level, names[level] if level < len(names) else None)

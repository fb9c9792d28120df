from __future__ import annotations

import cv2
import numpy as np

FONT = cv2.FONT_HERSHEY_SIMPLEX


def name_level(level: int, name: str | None = None) -> str:
    """Such as ``'level 3 (120 m)'``, or ``'level 3'`` where it has no other name."""
    plain = f'level {level}'
    return plain if name in (plain, None) else f'{plain} ({name})'


def write_caption(img: np.ndarray, text: str) -> np.ndarray:
    """The photo with a line of text on a dark band along its top; the text is cut where it does not fit.

    Args:
        img: (H, W, 3) uint8 BGR; not modified.
        text: in ASCII; other characters become question marks.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    height, width = img.shape[:2]
    captioned = img.copy()
    band = min(max(14, height // 18), height)
    captioned[:band] //= 3
    scale = band / 34
    thickness = max(1, round(scale * 1.6))
    text = text.encode('ascii', 'replace').decode()
    while text and cv2.getTextSize(text, FONT, scale, thickness)[0][0] > width - band // 2:
        text = text[:-1]
    cv2.putText(captioned, text, (band // 4, round(band * 0.72)), FONT, scale, (255, 255, 255), thickness, cv2.LINE_AA)
    return captioned


def side_by_side(before: np.ndarray, after: np.ndarray, captions: tuple[str, str]) -> np.ndarray:
    """Two photos of one size, each with its caption, with a narrow white gap between them.

    Args:
        before, after: (H, W, 3) uint8 BGR; not modified.
        captions: of each, see :func:`write_caption`.

    Returns:
        (H, 2 W + the gap, 3) uint8 BGR.
    """
    height, width = before.shape[:2]
    gap = np.full((height, max(2, width // 160), 3), 255, np.uint8)
    return np.hstack([write_caption(before, captions[0]), gap, write_caption(after, captions[1])])

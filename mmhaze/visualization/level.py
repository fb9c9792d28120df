from __future__ import annotations

import numpy as np

from ..io.lettering import fit_line, ink

WHITE = (255, 255, 255)


def name_level(level: int, name: str | None = None) -> str:
    """Such as ``'level 3 (120 m)'``, or ``'level 3'`` where it has no other name."""
    plain = f'level {level}'
    return plain if name in (plain, None) else f'{plain} ({name})'


def write_caption(img: np.ndarray, text: str) -> np.ndarray:
    """The photo with a line of text on a dark band along its top.

    Args:
        img: (H, W, 3) uint8 BGR; not modified.
        text: in any language; see :func:`mmhaze.io.lettering.writable` for letters that no font of the machine has, and
            :func:`mmhaze.io.lettering.fit_line` for text that is too long.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    height, width = img.shape[:2]
    captioned = img.copy()
    band = min(max(14, height // 18), height)
    captioned[:band] //= 3
    line = fit_line(text, max(1, round(band * 0.78)), width - band // 2)
    ink(captioned[:band], line, band // 4, (band - len(line)) // 2, WHITE)
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

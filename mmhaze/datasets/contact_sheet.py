from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from ..io.figures import DPI, letter_text, save_figure, shorten
from ..io.photo import read_photo
from .listing import Listed, natural

INCHES = 2.0  # the width of a photo
LABEL = 1.5
PIXELS = 220
LONGEST_NAME = 34


def draw_contact_sheet(photos: Sequence[Listed], names: Sequence[str], path: str | Path, *, columns: int = 8,
                       title: str = '') -> None:
    """Draws some photos of each level, a row a level, to see at a glance whether haze thickens from row to row.

    The photos are taken at even steps in the natural order of their paths, so that a set with the same scenes at all
    levels shows a scene in each column. The first row and the last say that they have the least haze and the most.

    Args:
        photos: of the data set; one that cannot be read leaves its place empty.
        names: of the levels, ``''`` for none.
        path: a ``.png``, ``.jpg`` or ``.pdf`` file, replaced once it is whole.
        columns: photos in a row.
        title: a line on top.
    """
    rows = [[photo.path for photo in photos if photo.level == level] for level in range(len(names))]
    picked = [_pick(row, columns) for row in rows]
    images = [[_thumbnail(one) for one in row] for row in picked]
    shapes = [image.shape for row in images for image in row if image is not None]
    cell = INCHES * float(np.clip(np.median([shape[0] / shape[1] for shape in shapes] or [1]), 0.4, 1.5)) + 0.2
    width, height = LABEL + INCHES * columns, 0.4 + cell * len(rows)
    ends = {0: ', least haze', len(names) - 1: ', most haze'} if len(names) > 1 else {}
    figure = Figure(figsize=(width, height))
    figure.text(0.5, 1 - 0.2 / height, title, ha='center', va='center', fontsize=13)
    for number, (row, shown) in enumerate(zip(rows, images)):
        top = 1 - (0.4 + cell * number) / height
        label = f'level {number}{ends.get(number, "")}\n{names[number]}\n{len(row)} photos'.replace('\n\n', '\n')
        letter_text(figure.text(0.1 / width, top - cell / 2 / height, label, va='center', fontsize=10),
                    (LABEL - 0.2) * DPI)
        for column, image in enumerate(shown):
            place = figure.add_axes((
                (LABEL + INCHES * column) / width, top - (cell - 0.03) / height, (INCHES - 0.06) / width,
                (cell - 0.2) / height))
            place.set_axis_off()
            if image is None:
                place.text(0.5, 0.5, 'cannot be read', ha='center', va='center', color='#b2182b')
            else:
                place.imshow(image)
            place.set_title(shorten(picked[number][column].name, LONGEST_NAME), fontsize=6, pad=1.5)
    save_figure(figure, path)


def _pick(paths: Sequence[Path], count: int) -> list[Path]:
    ordered = sorted(paths, key=lambda path: natural(str(path)))
    steps = np.linspace(0, len(ordered) - 1, min(count, len(ordered))).round().astype(int)
    return [ordered[step] for step in steps]


def _thumbnail(path: Path) -> np.ndarray | None:
    """The photo, RGB and small; None where it cannot be read."""
    try:
        photo = read_photo(path)
    except (ValueError, OSError):
        return None
    height, width = photo.shape[:2]
    scale = min(1, PIXELS / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA)[..., ::-1]

"""Figures of Matplotlib made ready and written: in letters that a font has, as they are, and within their room."""
from __future__ import annotations

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from .files import write_whole
from .lettering import LEFT_OUT, families_for, writable

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

DPI = 100
OVERHANG = 1.25  # of a title over its panel, whose margins are still to shrink
SMALLEST = 5.0  # points


def save_figure(figure: Figure, path: str | Path) -> None:
    """Writes a figure in the format of the suffix, whole or not at all."""
    path = Path(path)
    letter_figure(figure)
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix[1:], dpi=DPI)
    write_whole(path, picture.getvalue())


def letter_figure(figure: Figure) -> None:
    """Letters the texts of a figure, tick labels aside, by :func:`letter_text`; titles fit their panels."""
    from matplotlib.text import Text
    wide = figure.get_figwidth() * DPI
    rooms = {panel.title: OVERHANG * panel.get_position().width * wide for panel in figure.axes}
    rooms.update(dict.fromkeys(figure.texts, wide))
    for text in figure.findobj(Text):
        letter_text(text, rooms.get(text, math.inf))


def letter_text(text: Text, room: float) -> None:
    """Gives a text of a figure fonts that have its letters, and sets it smaller where it is wider than ``room`` pixels.

    Where that does not do, its lines are shortened. Two dollar signs are no formula but part of a name.
    """
    from matplotlib import ft2font
    said = writable(text.get_text(), shaped=hasattr(ft2font, '__libraqm_version__'))  # since Matplotlib 3.11
    if not said:
        return
    text.set(text=said, family=families_for(said), parse_math=False)
    width = _width(text)
    if width > room:
        text.set_fontsize(max(SMALLEST, text.get_fontsize() * room / width))  # type: ignore[operator]  # in points here
        lines, width = said.split('\n'), _width(text)
        most = int(max(map(len, lines)) * min(1, room / width))
        text.set_text('\n'.join(shorten(line, most) for line in lines))


def _width(text: Text) -> float:
    return text.get_window_extent(dpi=DPI).width


def shorten(text: str, most: int) -> str:
    """The text, or its beginning and end where it has more than so many letters."""
    half = most // 2
    return text if len(text) <= most else f'{text[:max(0, half - 1)]}{LEFT_OUT}{text[len(text) - half:]}'

"""Text in pictures, in any language that the machine has a font for; what it has none for is left out, not boxed."""
from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

FAMILY = 'DejaVu Sans'  # comes with Matplotlib: Latin, Greek, Cyrillic, Arabic, Hebrew and more, not Chinese
LEFT_OUT = '…'
SMALLEST = 0.6  # of the wanted size; text that does not fit then is shortened
BRACKETS = re.compile(r' ?\((?:[^()]|\([^()]*\))*\)')


@dataclass(frozen=True)
class Font:
    """A font of the machine: its family, its file, and its place where that file holds several."""

    family: str
    path: str
    index: int = 0


def writable(text: str, shaped: bool | None = None) -> str:
    """What can be written of a text: a level's number stands alone where no font has the letters of its name.

    Brackets with letters that no font has go as a whole, so that ``'level 3 (轻雾)'`` is ``'level 3'`` then, and so
    does a line of nothing else among others; elsewhere ``…`` stands for such letters.

    Args:
        text: any; line feeds stay.
        shaped: whether the program that draws joins and orders letters as Arabic or Hindi wants them, without which
            they cannot be read; by default whether Pillow does.
    """
    shaped = features.check('raqm') if shaped is None else shaped
    text = unicodedata.normalize('NFC', text)  # macOS has the letter and its accent apart in names of folders
    homes = _homes(text)
    text = ''.join(letter for letter in text if letter == '\n' or not _is_unseen(letter)
                   or (letter in homes and not _chooses_variant(letter)))
    lost = ''.join(sorted({letter for letter in text if letter != '\n' and (
        letter not in homes or (not shaped and _wants_shaping(letter)))}))
    if not lost:
        return text
    holes = re.compile(f'[{re.escape(lost)}]+(?: +[{re.escape(lost)}]+)*')
    text = holes.sub(LEFT_OUT, BRACKETS.sub(lambda found: '' if holes.search(found[0]) else found[0], text))
    return '\n'.join([line for line in text.split('\n') if line != LEFT_OUT]) or LEFT_OUT


def families_for(text: str) -> list[str]:
    """The families of fonts that together have the letters of a writable text, the usual one first."""
    return list(dict.fromkeys([FAMILY, *(font.family for font in _homes(text).values())]))


def set_line(text: str, size: int) -> np.ndarray:
    """A line of text as its ink: how much of each pixel is covered, (h, w) uint8; h is the same for all letters.

    Args:
        text: any; white space of all kinds is a space.
        size: of the font, in pixels.
    """
    loaded = [(_load(font, size), run) for font, run in _runs(_as_line(text))]
    lengths = [font.getlength(run) for font, run in loaded]
    ascent, descent = _load(_usual(), size).getmetrics()
    line = Image.new('L', (math.ceil(sum(lengths)), ascent + descent))
    pen, left = ImageDraw.Draw(line), 0.0
    for (font, run), length in zip(loaded, lengths):
        pen.text((left, ascent), run, fill=255, font=font, anchor='ls')
        left += length
    return np.asarray(line)


def fit_line(text: str, size: int, room: int) -> np.ndarray:
    """The ink of a line, :func:`set_line`, at most ``room`` pixels wide.

    A long one is set smaller; where that does not do, what stands in brackets is left out, such as the name beside the
    number of a level; and then it is cut.
    """
    text, small = _as_line(text), max(1, round(size * SMALLEST))
    for said in dict.fromkeys([text, BRACKETS.sub('', text)]):
        width = _length(said, size)
        fitting = size if width <= room else int(size * room / width)
        if fitting >= small:
            return set_line(said, fitting)[:, :max(0, room)]
    fits, too_long = -1, len(said)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        fits, too_long = (middle, too_long) if _length(_cut(said, middle), small) <= room else (fits, middle)
    return set_line(_cut(said, fits) if fits >= 0 else '', small)


def ink(img: np.ndarray, line: np.ndarray, left: int, top: int, colour: tuple[int, int, int]) -> None:
    """Lays the ink of a line, (h, w) uint8, over a picture, (H, W, 3) uint8 BGR, in place; what sticks out is cut."""
    line = line[max(0, -top):, max(0, -left):]
    under = img[max(0, top):, max(0, left):][:line.shape[0], :line.shape[1]]
    share = line[:under.shape[0], :under.shape[1], None] / np.float32(255)
    under[:] = (under * (1 - share) + np.array(colour, np.float32) * share).round().astype(np.uint8)


def _as_line(text: str) -> str:
    return writable(' '.join(text.split()))


def _cut(text: str, count: int) -> str:
    return f'{text[:count].rstrip()}{LEFT_OUT}'


def _length(text: str, size: int) -> float:
    return sum(_load(font, size).getlength(run) for font, run in _runs(text))


def _runs(text: str) -> Iterator[tuple[Font, str]]:
    """A writable text by the fonts that have its letters."""
    homes = _homes(text)
    for font, letters in groupby(text, key=lambda letter: homes[letter]):
        yield font, ''.join(letters)


def _homes(text: str) -> dict[str, Font]:
    """The font of each letter, as far as there is one."""
    usual = _usual()
    own = {letter for letter in text if _usual_face().get_char_index(ord(letter)) and not _is_private(letter)}
    others = frozenset(letter for letter in text if letter not in own and not _is_unseen(letter)
                       and not _is_private(letter))
    return {**dict.fromkeys(own, usual), **(_search(others) if others else {})}


@lru_cache(maxsize=256)
def _search(letters: frozenset[str]) -> dict[str, Font]:
    """The first font of the machine that has each of the letters; looks through all fonts where none has it."""
    from matplotlib.ft2font import FT2Font
    found: dict[str, Font] = {}
    missing = set(letters)
    for font in _system_fonts():
        if not missing:
            break
        try:
            face = FT2Font(font.path)
        except (OSError, RuntimeError):  # a font that was removed, or is damaged
            continue
        own = {letter for letter in missing if face.get_char_index(ord(letter))}
        found.update(dict.fromkeys(own, font))
        missing -= own
    return found


def _system_fonts() -> Iterable[Font]:
    """Those that Matplotlib lists, the plain ones first, without its own: some of them draw a box for any letter."""
    import matplotlib
    from matplotlib.font_manager import fontManager
    own = Path(matplotlib.get_data_path())
    entries = sorted((entry for entry in fontManager.ttflist if own not in Path(entry.fname).parents),
                     key=lambda entry: (entry.style != 'normal', _weight_off(entry.weight), 'Sans' not in entry.name,
                                        entry.name, entry.fname))
    return (Font(entry.name, entry.fname) for entry in entries
            if not getattr(entry, 'index', 0) and 'last resort' not in entry.name.lower())


def _weight_off(weight: int | str) -> int:
    return abs(weight - 400) if isinstance(weight, int) else (weight not in ('normal', 'regular', 'book')) * 1000


@lru_cache(maxsize=1)
def _usual() -> Font:
    import matplotlib
    return Font(FAMILY, str(Path(matplotlib.get_data_path(), 'fonts', 'ttf', 'DejaVuSans.ttf')))


@lru_cache(maxsize=1)
def _usual_face() -> Any:
    from matplotlib.ft2font import FT2Font
    return FT2Font(_usual().path)


@lru_cache(maxsize=64)
def _load(font: Font, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font.path, size, index=font.index)


def _is_unseen(letter: str) -> bool:
    """Whether a letter has no shape of its own: controls, joiners, and what chooses a variant of the one before."""
    return unicodedata.category(letter) in ('Cc', 'Cf') or _chooses_variant(letter)


def _chooses_variant(letter: str) -> bool:
    return 0xFE00 <= ord(letter) <= 0xFE0F


def _is_private(letter: str) -> bool:
    """Whether a letter means nothing by itself: of a private area, unassigned, or a byte of no text."""
    return unicodedata.category(letter) in ('Co', 'Cn', 'Cs')


def _wants_shaping(letter: str) -> bool:
    """Whether a letter stands right to left, or changes its shape or place beside others, as those of India do."""
    return (unicodedata.bidirectional(letter) in ('R', 'AL', 'AN') or 0x0900 <= ord(letter) <= 0x109F
            or 0x1780 <= ord(letter) <= 0x17FF)

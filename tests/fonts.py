"""Fonts of the machine, for tests: none beside Matplotlib's own, or one that is made here."""
from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from mmhaze.io import lettering

EM = 1000


def write_font(path: Path, family: str, letters: dict[str, tuple[int, int]]) -> None:
    """A font in which each letter is a bar as high as an em, from one place to another of an em's thousand."""
    builder = FontBuilder(EM, isTTF=True)
    names = {letter: f'uni{ord(letter):04X}' for letter in letters}
    builder.setupGlyphOrder(['.notdef', *names.values()])
    builder.setupCharacterMap({ord(letter): name for letter, name in names.items()})
    glyphs = {'.notdef': _bar(0, 0)} | {names[letter]: _bar(*sides) for letter, sides in letters.items()}
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (EM, 0 if name == '.notdef' else glyphs[name].xMin) for name in glyphs})
    builder.setupHorizontalHeader(ascent=EM, descent=0)
    builder.setupNameTable(dict(familyName=family, styleName='Regular'))
    builder.setupOS2(sTypoAscender=EM, usWinAscent=EM)
    builder.setupPost()
    builder.save(str(path))


def _bar(left: int, right: int):
    pen = TTGlyphPen(None)
    if left < right:
        pen.moveTo((left, 0))
        for place in ((left, EM), (right, EM), (right, 0)):
            pen.lineTo(place)
        pen.closePath()
    return pen.glyph()


@pytest.fixture
def no_other_font(monkeypatch):
    """A machine without a font but Matplotlib's own."""
    from matplotlib.font_manager import fontManager
    own = [entry for entry in fontManager.ttflist if 'mpl-data' in entry.fname]
    monkeypatch.setattr(fontManager, 'ttflist', own)
    lettering._search.cache_clear()
    yield
    lettering._search.cache_clear()


@pytest.fixture
def bar_font(no_other_font, tmp_path_factory):
    """A machine with one more font: in it 轻 fills its square and 雾 the right half of it."""
    from matplotlib.font_manager import fontManager
    path = tmp_path_factory.mktemp('fonts') / 'bars.ttf'
    write_font(path, 'Bars', {'轻': (0, EM), '雾': (EM // 2, EM)})
    fontManager.addfont(path)
    return 'Bars'

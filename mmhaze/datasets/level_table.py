"""Tables of photos with levels: which photo is at which level, in which part, and what else is known of it."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..io.files import locate
from ..io.tables import open_table, read_lines, read_number
from .listing import PARTS, Listed, enumerate_names, natural, order_names, stop
from .makers import describe_making

# columns of a table that go along with a photo, where they are there, and what they are
DESCRIPTION: dict[str, Callable[[str], Any]] = dict(scene=str, fog=str, beta=read_number, visibility=read_number)
_COLUMNS = ('file', 'level', 'split', 'depth', 'photo', *DESCRIPTION)


def read_table(path: Path, root: Path, *, split: str | None = None, levels: int | None = None,
               names: Sequence[str] | None = None, report: Callable[[Exception], None] = stop) -> list[Listed]:
    """Reads a CSV file, or a ``.txt`` file of lines ``path level`` as mmpretrain has them; existence is not checked.

    A CSV file has a header and the columns ``file`` and ``level``: a number from 0, one of ``names``, or without them
    what :func:`~mmhaze.synthesis.level_names.order_levels` puts in order, such as ``'50 m'`` and ``'2 km'``. A column
    ``split_NAME`` holds the part of each photo in the split NAME, a column ``split`` that of the only one. Without a
    column ``scene``, ``photo`` is the scene.

    Args:
        path: the file.
        root: the folder that the photos' paths start from.
        split: a split that must be there.
        levels: how many there are, if that is known.
        names: of the levels, the least haze first, if they are known.
        report: gets what is wrong with a row, which is then left out; raises it by default.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a column is missing, and whatever ``report`` gets, such as a path that leaves ``root``.
    """
    if not path.is_file():
        raise FileNotFoundError(f'There is no annotation file {path}. {describe_making(root, path.name)}, or set '
                                "data_root and ann_file to where it is; for photos in a folder a level, ann_file=''.")
    photos = []
    called = _find_named(path, split, names)
    for row, where in _rows(path, split):
        try:
            name = row['level'].strip()
            level = called[name] if name in called else _read_level(row['level'], levels, where)
            if not row['file'].strip():
                raise ValueError(f'{where} names no photo.')
            photos.append(Listed(locate(root, row['file'], where), level, read_parts(row),
                                 _read_description(row, root, where), where, name if name in called else ''))
        except ValueError as error:
            report(error)
    return photos


def read_part(text: str) -> str:
    """The part that a cell names; Train and TRAIN are train."""
    return text.strip().lower() if text.strip().lower() in PARTS else text.strip()


def _rows(path: Path, split: str | None) -> Iterator[tuple[dict[str, str], str]]:
    wanted = ['file', 'level', *([f'split_{split}'] if split else [])]
    if path.suffix.lower() == '.txt' and not _has_header(path):
        for number, line in enumerate(read_lines(path), 1):
            if line.strip():
                *file, level = re.split(r'[\s,;]+(?=[^\s,;]+$)', line.strip(), maxsplit=1)
                yield dict(file=''.join(file), level=level), f'{path}, line {number}'
        return
    with open_table(path, wanted, _COLUMNS) as rows:
        for row in rows:
            yield row, f'{path}, line {rows.line}'


def _find_named(path: Path, split: str | None, names: Sequence[str] | None) -> dict[str, int]:
    """The level of each name in the column level; empty where the first row has a number there."""
    first = next((row['level'].strip() for row, _ in _rows(path, split)), '0')
    if re.fullmatch(r'(level[ _-]?)?-?[\d.,]+', first, re.IGNORECASE):
        return {}
    if names and first in names:
        return {name: level for level, name in enumerate(names)}
    found = sorted({row['level'].strip() for row, _ in _rows(path, split)} - {''}, key=natural)
    if names or len(found) < 2 or any(name.isdecimal() for name in found):
        return {}  # each row is told by its line
    ordered = order_names(found, f'of the levels {enumerate_names(found)} in {path}',
                           'write the numbers of the levels, 0 and so on')
    return {name: level for level, name in enumerate(ordered)}


def _has_header(path: Path) -> bool:
    """Whether a text file is a table, as spreadsheets write it with tabs."""
    return set(re.split(r'[,;|\s]+', next(iter(read_lines(path)), '').casefold())) >= {'file', 'level'}


def _read_level(text: str, levels: int | None, where: str) -> int:
    # spreadsheets write 2.0 for 2
    number = re.sub(r'^(?:level[ _-]?)?(\d+)(?:[.,]0+)?$', r'\1', text.strip(), flags=re.IGNORECASE)
    if not number.isdecimal() or (levels is not None and int(number) >= levels):
        wanted = f'0 to {levels - 1}' if levels is not None else 'an integer from 0'
        raise ValueError(f'{where} has the level {text!r}, wanted {wanted}.')
    return int(number)


def read_parts(row: dict[str, str]) -> dict[str, str]:
    """The part by each split that a row names, see :class:`~.listing.Listed`."""
    named = {name[len('split_'):]: read_part(text) for name, text in row.items() if name.lower().startswith('split_')}
    return {**named, '': read_part(row['split'])} if 'split' in row else named


def _read_description(row: dict[str, str], root: Path, where: str) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if row.get('depth', '').strip():
        known['depth_path'] = str(locate(root, row['depth'], where))
    for name, kind in DESCRIPTION.items():
        text = row.get(name) or (row.get('photo', '') if name == 'scene' else '')
        if text.strip():
            try:
                known[name] = kind(text)
            except ValueError as error:
                raise ValueError(f'{where} has the {name} {text!r}, wanted a number: {error}.') from None
    return known

"""Which photos a data set has, and at which levels: read from a table, or from folders. No photo is opened."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..io.files import locate
from ..io.search import HIDDEN_FOLDER, PassOver, Search, classify, ignore
from ..io.tables import open_table, read_lines, read_number

PARTS = ('train', 'val', 'test')
# columns of a table that go along with a photo, where they are there, and what they are
DESCRIPTION: dict[str, Callable[[str], Any]] = dict(scene=str, fog=str, beta=read_number, visibility=read_number)
_COLUMNS = ('file', 'level', 'split', 'depth', 'photo', *DESCRIPTION)


@dataclass(frozen=True)
class Listed:
    """A photo of a data set.

    Attributes:
        path: where it is said to be.
        level: from 0, the least haze.
        parts: which part it is of, by the name of the split; the name is ``''`` for a column ``split`` and for folders.
        known: what else is known, some of ``DESCRIPTION``, and ``depth_path`` where a column ``depth`` names a file.
        where: the place that says so, for people.
    """

    path: Path
    level: int
    parts: dict[str, str]
    known: dict[str, Any]
    where: str


def _stop(error: Exception) -> None:
    raise error


def read_table(path: Path, root: Path, *, split: str | None = None, levels: int | None = None,
               report: Callable[[Exception], None] = _stop) -> list[Listed]:
    """Reads a CSV file, or a ``.txt`` file of lines ``path level`` as mmpretrain has them; existence is not checked.

    A CSV file has a header and the columns ``file`` and ``level``. A column ``split_NAME`` holds the part of each photo
    in the split NAME, a column ``split`` that of the only one. Without a column ``scene``, ``photo`` is the scene.

    Args:
        path: the file.
        root: the folder that the photos' paths start from.
        split: a split that must be there.
        levels: how many there are, if that is known.
        report: gets what is wrong with a row, which is then left out; raises it by default.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a column is missing, and whatever ``report`` gets, such as a path that leaves ``root``.
    """
    if not path.is_file():
        raise FileNotFoundError(f'There is no annotation file {path}. Make the data set first, or set data_root and '
                                "ann_file to where it is; for photos in a folder a level, ann_file=''.")
    photos = []
    for row, where in _rows(path, split):
        try:
            level = _read_level(row['level'], levels, where)
            if not row['file'].strip():
                raise ValueError(f'{where} names no photo.')
            photos.append(Listed(locate(root, row['file'], where), level, _read_parts(row),
                                 _read_description(row, root, where), where))
        except ValueError as error:
            report(error)
    return photos


def read_folders(root: Path, *, names: Sequence[str] | None = None, report: Callable[[Exception], None] = _stop,
                 pass_over: PassOver = ignore) -> tuple[list[Listed], tuple[str, ...]]:
    """Finds photos in a folder a level, at any depth below it, in natural order: level_10 comes after level_9.

    The number of a folder ``level_N`` is its level, and 0 to the highest must be there. Other folders are levels in the
    order of ``names``, else in natural order if each has a number in its name. Where ``root`` has folders ``train``,
    ``val`` or ``test``, the folders of levels lie in these, the same in each.

    Args:
        root: the folder of the folders.
        names: of the levels, the least haze first: of the folders, or of what the folders ``level_N`` stand for.
        report: gets what is wrong with a folder, which is then left out; raises it by default.
        pass_over: told of each path that is passed over.

    Returns:
        The photos, part by part and level by level, and the names of the levels.

    Raises:
        FileNotFoundError: there is no such folder, or no folder in it.
        ValueError: which folder is which level cannot be told, and whatever ``report`` gets.
    """
    if not root.is_dir():
        raise FileNotFoundError(f'There is no folder {root}. Set data_root to the folder of the levels.')
    parts = [part for part in PARTS if (root / part).is_dir()]
    tops = {part: root / part for part in parts} or {'': root}
    others = [name for name in _subfolders(root) if name not in parts]
    if parts and others:
        report(ValueError(f'{root} has the folders {", ".join(parts)} and beside them {", ".join(others)}. '
                          'Put the folders of the levels into those of the parts.'))
    folders = {part: _subfolders(top) for part, top in tops.items()}
    order = _order({name for found in folders.values() for name in found}, names, root, report)
    photos = []
    for part, top in tops.items():
        strays = _find_strays(top, pass_over)
        if strays:
            report(ValueError(f'{top} has {len(strays)} photos beside the folders of the levels, such as {strays[0]}. '
                              'Put each into the folder of its level, or take it away.'))
        for level, name in order.items():
            try:
                photos += [Listed(path, level, {'': part} if part else {}, {}, str(top / name))
                           for path in _find_photos(top / name, pass_over)]
            except (OSError, ValueError) as error:
                report(error)
    default = names or [order.get(level, f'level_{level}') for level in range(max(order) + 1)]
    return photos, tuple(default)


def natural(name: str) -> tuple:
    """The key to sort names by as people do, level_10 after level_9."""
    return [(text, int(digits or -1)) for text, digits in re.findall('([^0-9]*)([0-9]*)', name.casefold())], name


def read_part(text: str) -> str:
    """The part that a cell names; Train and TRAIN are train."""
    return text.strip().lower() if text.strip().lower() in PARTS else text.strip()


def _rows(path: Path, split: str | None) -> Iterator[tuple[dict[str, str], str]]:
    wanted = ['file', 'level', *([f'split_{split}'] if split else [])]
    if path.suffix.lower() == '.txt' and not _has_header(path):
        for number, line in enumerate(read_lines(path), 1):
            if line.strip():
                file, _, level = re.sub(r'\s+(?=\S+$)', '\n', line.strip()).rpartition('\n')
                yield dict(file=file, level=level), f'{path}, line {number}'
        return
    with open_table(path, wanted, _COLUMNS) as rows:
        for row in rows:
            yield row, f'{path}, line {rows.line}'


def _has_header(path: Path) -> bool:
    """Whether a text file is a table, as spreadsheets write it with tabs."""
    return set(re.split(r'[,;|\s]+', next(iter(read_lines(path)), '').casefold())) >= {'file', 'level'}


def _read_level(text: str, levels: int | None, where: str) -> int:
    number = re.sub(r'^(\d+)[.,]0+$', r'\1', text.strip())  # a spreadsheet may write 2 as 2.0
    if not number.isdecimal() or (levels is not None and int(number) >= levels):
        wanted = f'0 to {levels - 1}' if levels is not None else 'an integer from 0'
        raise ValueError(f'{where} has the level {text!r}, wanted {wanted}.')
    return int(number)


def _read_parts(row: dict[str, str]) -> dict[str, str]:
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


def _subfolders(folder: Path) -> list[str]:
    return sorted((path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith('.')),
                  key=natural)


def _order(found: set[str], names: Sequence[str] | None, root: Path,
           report: Callable[[Exception], None]) -> dict[int, str]:
    """The folder of each level."""
    folders = sorted(found, key=natural)
    if not folders:
        raise FileNotFoundError(f'{root} holds no folder. Put the photos of each level into a folder of its own, '
                                'level_0, level_1 and so on, level_0 with the least haze.')
    if names is not None and found == set(names):
        return dict(enumerate(names))
    if all(re.fullmatch('level_[0-9]+', name) for name in folders):
        numbers = [int(name[len('level_'):]) for name in folders]
        if numbers != list(range(len(names or numbers))):
            report(ValueError(f'{root} has the folders {", ".join(folders)}, wanted level_0 to level_'
                              f'{len(names or numbers) - 1}. Rename them, or give their names in order as classes.'))
        return dict(zip(numbers, folders))
    if names is not None:
        raise ValueError(f'{root} has the folders {", ".join(folders)}, and classes says {", ".join(names)}. '
                         'Make them the same.')
    if not all(re.search('[0-9]', name) for name in folders):
        raise ValueError(f'Which of the folders {", ".join(folders)} in {root} has the least haze? '
                         'Give their names in order as classes, or call them level_0, level_1 and so on.')
    return dict(enumerate(folders))


def _find_strays(top: Path, pass_over: PassOver) -> list[str]:
    """Photos beside the folders of the levels."""
    strays = []
    for path in sorted(top.iterdir()):
        reason = classify(path.name) if not path.is_dir() else HIDDEN_FOLDER if path.name.startswith('.') else None
        if reason is not None:
            pass_over(str(path), reason)
        elif not path.is_dir():
            strays.append(path.name)
    return strays


def _find_photos(folder: Path, pass_over: PassOver) -> list[Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f'There is no folder {folder}, as there is for other parts. Make it and put photos in, '
                                'or list the photos in a CSV file.')
    photos = sorted(Search(folder, pass_over=pass_over), key=natural)
    if not photos:
        raise ValueError(f'{folder} holds no photo. Put the photos of this level there, or take the folder away.')
    return [folder / name for name in photos]

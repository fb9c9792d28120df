"""Which photos a data set has, and at which levels: from folders; :mod:`.level_table` reads tables. None is opened."""
from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..io.search import HIDDEN_FOLDER, PassOver, Search, classify, ignore
from ..synthesis.level_names import order_levels

PARTS = ('train', 'val', 'test')
MOST_SAID = 30  # names in a message


@dataclass(frozen=True)
class Listed:
    """A photo of a data set.

    Attributes:
        path: where it is said to be.
        level: from 0, the least haze.
        parts: which part it is of, by the name of the split; the name is ``''`` for a column ``split`` and for folders.
        known: what else is known, some of :data:`.level_table.DESCRIPTION`, and ``depth_path`` where a column ``depth``
            names a file.
        where: the place that says so, for people.
        level_name: what a table calls the level, where that is no number.
    """

    path: Path
    level: int
    parts: dict[str, str]
    known: dict[str, Any]
    where: str
    level_name: str = ''


def stop(error: Exception) -> None:
    """Raises what is wrong with a list: what readers do with it where nobody wants it reported."""
    raise error


def read_folders(root: Path, *, names: Sequence[str] | None = None, report: Callable[[Exception], None] = stop,
                 pass_over: PassOver = ignore) -> tuple[list[Listed], tuple[str, ...]]:
    """Finds photos in a folder a level, at any depth below it, in natural order: level_10 comes after level_9.

    The number of a folder ``level_N`` is its level, and 0 to the highest must be there. Other folders are levels in the
    order of ``names``, else in that of :func:`~mmhaze.synthesis.level_names.order_levels`: ``'1 km'`` before ``'50 m'``
    and 9 before 10. Where ``root`` has folders ``train``, ``val`` or ``test``, the folders of levels lie in these, the
    same in each.

    Args:
        root: the folder of the folders.
        names: of the levels, the least haze first: of the folders, or of what the folders ``level_N`` stand for.
        report: gets what is wrong with a folder, which is then left out; raises it by default.
        pass_over: told of each path that is passed over.

    Returns:
        The photos, part by part and level by level, and the names of the levels.

    Raises:
        FileNotFoundError: there is no such folder, or no folder in it.
        ValueError: which folder has the least haze cannot be told, and whatever ``report`` gets.
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


def enumerate_names(names: Sequence[str]) -> str:
    """The names, so many as a message bears."""
    more = [f'and {len(names) - MOST_SAID} more'] if len(names) > MOST_SAID else []
    return ', '.join([*names[:MOST_SAID], *more])


def order_names(names: Sequence[str], where: str, otherwise: str) -> list[str]:
    """Names of levels, the least haze first.

    Raises:
        ValueError: they do not say it; the error asks the user for ``classes``, or to do ``otherwise``.
    """
    try:
        return order_levels(names)
    except ValueError as error:
        raise ValueError(f'Which {where} has the least haze? {error} Give the names in order, the least haze first, as '
                         f'classes={list(names[:MOST_SAID])!r} of the data set (mmhaze doctor --classes), or '
                         f'{otherwise}.') from None


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
    return dict(enumerate(order_names(folders, f'of the folders {enumerate_names(folders)} in {root}',
                                       'call them level_0, level_1 and so on')))


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

"""Which clear photo belongs to which hazy one: by their names, as published sets have them, or by a table."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ..io.files import locate
from ..io.search import UNPAIRED, PassOver, Search, classify, ignore
from ..io.tables import open_table
from .level_table import read_parts

HAZY, CLEAR = 'hazy', 'GT'  # the folders, as DehazeFormer has them
# what others call them, in any case
CALLED = {HAZY: ('hazy', 'haze', 'foggy', 'fog', 'input'), CLEAR: ('gt', 'clear', 'clean', 'target', 'ground_truth')}
# RESIDE's hazy photos are NAME_NUMBER of a clear NAME, or NAME_AIRLIGHT_BETA
_NUMBER = re.compile(r'_\d+(\.\d+)?$')
_MARKS = {folder: re.compile(rf'[_. -](?:{words})$|(?<![^/])(?:{words})[_. -]', re.IGNORECASE)
          for folder, words in {HAZY: 'hazy|haze|foggy|fog', CLEAR: 'gt|clear|clean|ground[_ -]?truth'}.items()}


@dataclass(frozen=True)
class Pair:
    """A hazy photo and the clear one of its scene.

    Attributes:
        hazy, clear: where they are said to be.
        parts: which part they are of, by the name of the split, see :class:`~.listing.Listed`.
        where: the place that says so, for people.
    """

    hazy: Path
    clear: Path
    parts: dict[str, str] = field(default_factory=dict)
    where: str = ''


def find_pairs(root: Path, hazy: str = HAZY, clear: str = CLEAR, pass_over: PassOver = ignore) -> list[Pair]:
    """Pairs in two folders, or in one where the names say which photo is which, as ``01_hazy.png`` and ``01_GT.png``.

    Args:
        root: folder of the two, or the one.
        hazy, clear: names of the two, in any case; for ``'hazy'`` and ``'GT'`` other usual names will do.
        pass_over: told of each path that is passed over.

    Raises:
        FileNotFoundError: a folder is not there.
        ValueError: a hazy photo has no clear one, or two photos claim to be it.
    """
    hazy_folder, clear_folder = _find_folders(root, hazy, clear)
    hazy_photos, clear_photos = (list(Search(folder, pass_over=pass_over)) for folder in (hazy_folder, clear_folder))
    if hazy_folder == clear_folder:
        hazy_photos, clear_photos = _part_by_marks(root, hazy_photos)
    known = _by_scene(clear_folder, clear_photos)
    pairs = {photo: next((known[name] for name in _scenes_of(photo) if name in known), None) for photo in hazy_photos}
    lonely = [photo for photo, found in pairs.items() if found is None]
    if lonely:
        raise ValueError(f'{len(lonely)} photos of {hazy_folder} have no clear one in {clear_folder}, such as '
                         f'{lonely[0]}: wanted the same name, NAME_GT.png for a NAME_hazy.png, or NAME.png for a '
                         'NAME_1.png.')
    for photo in sorted(set(clear_photos) - set(pairs.values())):
        pass_over(str(clear_folder / photo), UNPAIRED)
    return [Pair(hazy_folder / photo, clear_folder / found, where=str(root)) for photo, found in pairs.items() if found]


def holds_pairs(root: Path) -> bool:
    """Whether a folder is one of pairs: it has a folder GT beside one of hazy photos, or photos called so."""
    entries = list(root.iterdir())
    folders = {entry.name.casefold() for entry in entries if entry.is_dir()}
    if folders & {'gt', 'ground_truth'}:
        return bool(folders & set(CALLED[HAZY]))
    return not folders and _are_marked(root)


def read_pairs(path: Path, root: Path, split: str | None = None) -> Iterator[Pair]:
    """The pairs of a CSV file with the columns ``hazy`` and ``clear``; that the photos exist is not checked.

    Args:
        path: the file.
        root: the folder that paths start from.
        split: a column that must be there, such as ``'split'``.

    Raises:
        ValueError: a column is missing, or a path leaves ``root``.
    """
    with open_table(path, ['hazy', 'clear', *([split] if split else [])], ['split']) as rows:
        for row in rows:
            where = f'{path}, line {rows.line}'
            yield Pair(locate(root, row['hazy'], where), locate(root, row['clear'], where), read_parts(row), where)


def is_pair_table(path: Path) -> bool:
    """Whether a table is one of pairs, and not of levels."""
    with open_table(path, known=['hazy', 'clear', 'level']) as rows:
        return {'hazy', 'clear'} <= set(rows.columns) and 'level' not in rows.columns


def _find_folders(root: Path, hazy: str, clear: str) -> tuple[Path, Path]:
    found = {wanted: _find_folder(root, name, wanted) for wanted, name in ((HAZY, hazy), (CLEAR, clear))}
    if not any(found.values()) and root.is_dir() and _are_marked(root):
        return root, root
    for wanted, name in ((HAZY, hazy), (CLEAR, clear)):
        if found[wanted] is None:
            there = ', '.join(sorted(path.name for path in root.iterdir() if path.is_dir())) if root.is_dir() else ''
            raise FileNotFoundError(
                f'There is no folder {root / name}, {f"only {there}" if there else "nor any other"}. Set data_root to '
                "the folder of the hazy and the clear photos, and hazy='...' and clear='...' to their names; both to "
                "'.' where they lie in one, as 01_hazy.png and 01_GT.png.")
    return found[HAZY] or root, found[CLEAR] or root


def _find_folder(root: Path, name: str, wanted: str) -> Path | None:
    """The folder of this name, or in other case, or of another usual name, if there is one such."""
    if (root / name).is_dir():
        return root / name
    folders = [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []
    for names in ((name.casefold(),), CALLED[wanted] if name == wanted else ()):
        found = [path for path in folders if path.name.casefold() in names]
        if len(found) == 1:
            return found[0]
    return None


def _are_marked(root: Path) -> bool:
    photos = [PurePosixPath(path.name).stem for path in root.iterdir() if classify(path.name) is None]
    return all(any(map(mark.search, photos)) for mark in _MARKS.values())


def _part_by_marks(root: Path, photos: Sequence[str]) -> tuple[list[str], list[str]]:
    hazy, clear = ([photo for photo in photos if mark.search(_strip(photo))] for mark in _MARKS.values())
    others = sorted(set(photos) - (set(hazy) ^ set(clear)))
    if others:
        raise ValueError(f'{root} has {len(others)} photos that are called neither as 01_hazy.png nor as 01_GT.png, '
                         f'such as {others[0]}. Rename them, or take them away.')
    return hazy, clear


def _by_scene(folder: Path, photos: Sequence[str]) -> dict[str, str]:
    """The clear photos, by the whole name, and by what is left of it without a mark where that is one photo's alone."""
    found: dict[str, str] = {}
    for photo in photos:
        if found.setdefault(_strip(photo), photo) != photo:
            raise ValueError(f'{folder} has {found[_strip(photo)]} and {photo}: which of the two is the clear photo? '
                             'Take one away.')
    scenes = Counter(_MARKS[CLEAR].sub('', name) for name in found)
    return {**{scene: photo for name, photo in found.items()
               if scenes[scene := _MARKS[CLEAR].sub('', name)] == 1}, **found}


def _scenes_of(photo: str) -> Iterator[str]:
    """What the clear photo of a hazy one may be called, the likeliest first."""
    whole = _strip(photo)
    for name in dict.fromkeys((whole, _MARKS[HAZY].sub('', whole))):
        yield name
        while _NUMBER.search(name):
            name = _NUMBER.sub('', name)
            yield name


def _strip(photo: str) -> str:
    """The path without its suffix."""
    return PurePosixPath(photo).with_suffix('').as_posix()

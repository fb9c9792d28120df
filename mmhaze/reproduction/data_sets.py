"""The data sets that tables are made on: what must be there, how it is made, and what is to be said of it.

The only place that names them. The command line lists their names before anything else is imported, so what reads their
files is imported where they are read.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..datasets.listing import Listed


@dataclass(frozen=True)
class DataSet:
    """A data set that tables are made on.

    Attributes:
        name: as in the names of config files.
        levels: how many it has.
        splits: what its splits are called in ``manifest.csv``, by their names on the command line; None is the column
            ``split``.
        make: the command that makes it, in a folder ``{root}``.
        validates: it has a part ``val``.
        remarks: what a reader of the numbers must know, by the name of the split, and of all under ``''``.
    """

    name: str
    levels: int
    splits: Mapping[str, str | None]
    make: str
    validates: bool
    remarks: Mapping[str, str]

    @property
    def root(self) -> str:
        return f'data/{self.name}'


KNOWS_THE_STREET = ('The split `random` mostly asks whether a method knows the street: every test street is in the '
                    'training part, too, in other fog or at another level.')
HAZEL_LEVEL = DataSet(
    'hazel-level', 9, dict(random='random', scene='scene'),
    'mmhaze make-set hazel-level FRIDA-FOLDER --out {root}', False,
    {'': "The images are not the paper's: Hazel-level was never released. These have the same scenes, fogs and "
         'levels as far as they are known, and noise of their own.', 'random': KNOWS_THE_STREET})
HAZE_WILD = DataSet(
    'haze-wild', 10, dict(scene=None), 'mmhaze make-set haze-wild LIST.csv --out {root}', True,
    {'': "The images are not the paper's: its Haze-wild, of 10,000 photos, was never released.",
     'scene': 'The split is by source photo: all levels of a photo are in one part.'})
DEMO = DataSet(
    'demo', 5, dict(random='random', scene='scene'), 'mmhaze demo --data {root}', False,
    {'': "The images are drawn, to try things on: the paper's numbers do not belong beside them.",
     'random': KNOWS_THE_STREET})
DATA_SETS = {data.name: data for data in (HAZEL_LEVEL, HAZE_WILD, DEMO)}


@dataclass(frozen=True)
class Listing:
    """The photos of a data set in a split.

    Attributes:
        sha256: of its ``manifest.csv``.
        photos: by their part, ``train`` and ``test`` among them.
    """

    sha256: str
    photos: Mapping[str, tuple[Listed, ...]]


def read_listing(data: DataSet, root: Path, split: str) -> Listing:
    """Makes sure that a data set is there, whole, and the one that is wanted.

    Raises:
        FileNotFoundError: it is not there.
        ValueError: it has no such split, is not finished, has other levels, or lacks a part.
    """
    from ..datasets.level_table import read_table
    from ..synthesis.writer import MANIFEST, PLAN

    manifest = root / MANIFEST
    advice = f'Make it with "{data.make.format(root=root)}", or say with --data-root where it is.'
    if split not in data.splits:
        raise ValueError(f'{data.name} has no split {split}, only {", ".join(data.splits)}.')
    if not manifest.is_file():
        raise FileNotFoundError(f'The data set {data.name} is not there: {manifest} does not exist. {advice}')
    if (root / PLAN).is_file():
        raise ValueError(f'The data set {root} is not finished: it holds {PLAN}. {advice}')
    column = data.splits[split]
    photos = read_table(manifest, root, split=column)
    levels = sorted({photo.level for photo in photos})
    if levels != list(range(data.levels)):
        raise ValueError(f'{manifest} has the levels {levels}, {data.name} has 0 to {data.levels - 1}. '
                         f'Is it another data set? {advice}')
    parts: dict[str, list[Listed]] = {}
    for photo in photos:
        parts.setdefault(photo.parts.get(column or '', ''), []).append(photo)
    lacking = {'train', 'test', *(['val'] if data.validates else [])} - set(parts)
    if lacking:
        raise ValueError(f'{manifest} has no photo for {", ".join(sorted(lacking))} in the split {split}. {advice}')
    missing = [photo.path for photo in photos if not photo.path.is_file()]
    if missing:
        raise FileNotFoundError(f'{len(missing)} photos of {manifest} do not exist, the first is {missing[0]}. '
                                f'{advice}')
    return Listing(_sha256(manifest),
                   {part: tuple(listed) for part, listed in parts.items()})


def check_photos(root: Path) -> None:
    """Makes sure that the photos are those of which ``manifest.csv`` has the checksum, where it has any.

    Raises:
        ValueError: some are others.
    """
    from ..io.files import inside
    from ..io.tables import open_table
    from ..synthesis.writer import MANIFEST

    with open_table(root / MANIFEST, ['file']) as table:
        rows = [(row['file'], row.get('sha256')) for row in table]
    others = [file for file, checksum in rows
              if checksum and _sha256(inside(root, file, str(root / MANIFEST))) != checksum]
    if others:
        raise ValueError(f'{len(others)} photos of {root} are not those that {MANIFEST} was written for, the first is '
                         f'{others[0]}. Make the data set again: what is whole of it is kept.')


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

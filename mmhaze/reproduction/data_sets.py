"""The data sets that tables are made on: what must be there, how it is made, and what is to be said of it.

The only place that names them. The command line lists their names before anything else is imported, so what reads their
files is imported where they are read.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
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
        splits: the folds of each split, by its name on the command line, as the set calls them; None is the column
            ``split``. Of several, each tests another part, and all together every photo once.
        advice: how to come by it, in a folder ``{root}``.
        validates: it has a part ``val``.
        remarks: what a reader of the numbers must know, by the name of the split, and of all under ``''``.
        kind: the class of :mod:`mmhaze.datasets` that lists its photos; one with a ``manifest.csv`` needs none.
        sample: what is drawn at random from the world, and its photos are alike: ``'video'``; ``''`` where that is not
            counted. It is the ``scene`` of a photo.
    """

    name: str
    levels: int
    splits: Mapping[str, tuple[str | None, ...]]
    advice: str
    validates: bool
    remarks: Mapping[str, str]
    kind: str = ''
    sample: str = ''

    @property
    def root(self) -> str:
        return f'data/{self.name}'


KNOWS_THE_STREET = ('The split `random` mostly asks whether a method knows the street: every test street is in the '
                    'training part, too, in other fog or at another level.')
HAZEL_LEVEL = DataSet(
    'hazel-level', 9, dict(random=('random',), scene=('scene',)),
    'Make it with "mmhaze make-set hazel-level FRIDA-FOLDER --out {root}"', False,
    {'': "The images are not the paper's: Hazel-level was never released. These have the same scenes, fogs and "
         'levels as far as they are known, and noise of their own.', 'random': KNOWS_THE_STREET})
HAZE_WILD = DataSet(
    'haze-wild', 10, dict(scene=(None,)), 'Make it with "mmhaze make-set haze-wild LIST.csv --out {root}"', True,
    {'': "The images are not the paper's: its Haze-wild, of 10,000 photos, was never released.",
     'scene': 'The split is by source photo: all levels of a photo are in one part.'})
DEMO = DataSet(
    'demo', 5, dict(random=('random',), scene=('scene',)), 'Make it with "mmhaze demo --data {root}"', False,
    {'': "The images are drawn, to try things on: the paper's numbers do not belong beside them.",
     'random': KNOWS_THE_STREET})
CEIT_FOGGY = DataSet(
    'ceit-foggy', 3, dict(video=('fold1', 'fold2', 'fold3', 'fold4', 'fold5')),
    'Copy the folder Ceit-Foggy of github.com/oipa/CITS-traffic-alerts to {root}', False,
    {'': "The paper did not use this set: real frames of a car's camera, in no fog (0), light fog (1), and moderate or "
         "heavy fog (2). A label is a video's, and the weather changes within some.",
     'video': 'Each frame is tested by a network that has seen no frame of its video. Videos of fog and of clear air '
              'were taken on other roads and days: what tells them apart need not be the fog.'},
    kind='CeitFoggy', sample='video')
DATA_SETS = {data.name: data for data in (HAZEL_LEVEL, HAZE_WILD, DEMO, CEIT_FOGGY)}


Parts = Mapping[str, 'tuple[Listed, ...]']


@dataclass(frozen=True)
class Listing:
    """The photos of a data set in a split.

    Attributes:
        sha256: of the list of them.
        folds: the photos of each fold by their part, ``train`` and ``test`` among them.
    """

    sha256: str
    folds: tuple[Parts, ...]

    @property
    def tested(self) -> tuple[Listed, ...]:
        """The test photos of all folds, one fold after the other."""
        return tuple(photo for parts in self.folds for photo in parts['test'])


def read_listing(data: DataSet, root: Path, split: str) -> Listing:
    """Makes sure that a data set is there, whole, and the one that is wanted.

    Raises:
        FileNotFoundError: it is not there.
        ValueError: it has no such split, is not finished, has other levels, or lacks a part.
    """
    if split not in data.splits:
        raise ValueError(f'{data.name} has no split {split}, only {", ".join(data.splits)}.')
    columns = data.splits[split]
    advice = f'{data.advice.format(root=root)}, or say with --data-root where it is.'
    photos, where = (_read_published(data, root, advice) if data.kind else
                     _read_manifest(data, root, columns[0], advice))
    levels = sorted({photo.level for photo in photos})
    if levels != list(range(data.levels)):
        raise ValueError(f'{where} has the levels {levels}, {data.name} has 0 to {data.levels - 1}. '
                         f'Is it another data set? {advice}')
    folds = tuple(_divide(photos, column or '') for column in columns)
    wanted = {'train', 'test', *(['val'] if data.validates else [])}
    lacking = {part for part in wanted if any(part not in parts for parts in folds)}
    if lacking:
        raise ValueError(f'{where} has no photo for {", ".join(sorted(lacking))} in the split {split}. {advice}')
    missing = [photo.path for photo in photos if not photo.path.is_file()]
    if missing:
        raise FileNotFoundError(f'{len(missing)} photos of {where} do not exist, the first is {missing[0]}. '
                                f'{advice}')
    return Listing(_sha256(where) if where.is_file() else _sha256_of_list(photos, root), folds)


def _read_manifest(data: DataSet, root: Path, column: str | None, advice: str) -> tuple[list[Listed], Path]:
    """The photos, and what lists them."""
    from ..datasets.level_table import read_table
    from ..synthesis.writer import MANIFEST, PLAN

    manifest = root / MANIFEST
    if not manifest.is_file():
        raise FileNotFoundError(f'The data set {data.name} is not there: {manifest} does not exist. {advice}')
    if (root / PLAN).is_file():
        raise ValueError(f'The data set {root} is not finished: it holds {PLAN}. {advice}')
    return read_table(manifest, root, split=column), manifest


def _read_published(data: DataSet, root: Path, advice: str) -> tuple[list[Listed], Path]:
    """The photos, and what lists them."""
    from .. import datasets

    if not root.is_dir():
        raise FileNotFoundError(f'The data set {data.name} is not there: there is no folder {root}. {advice}')
    return getattr(datasets, data.kind).list_photos(root), root


def _divide(photos: Sequence[Listed], column: str) -> Parts:
    parts: dict[str, list[Listed]] = {}
    for photo in photos:
        parts.setdefault(photo.parts.get(column, ''), []).append(photo)
    return {part: tuple(listed) for part, listed in parts.items()}


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


def _sha256_of_list(photos: Sequence[Listed], root: Path) -> str:
    """Of what is known of each photo and of its bytes: a set that comes without a manifest has no other checksum."""
    rows = [f'{photo.path.relative_to(root).as_posix()} {photo.level} {sorted(photo.parts.items())} '
            f'{_sha256(photo.path)}' for photo in photos]
    return hashlib.sha256('\n'.join(rows).encode()).hexdigest()

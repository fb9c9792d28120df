from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from ..io.files import locate
from ..io.search import UNPAIRED, PassedOver, Search
from ..io.tables import open_table
from ..registry import DATASETS
from .level_table import read_part

# RESIDE's hazy photos are NAME_NUMBER of a clear NAME, or NAME_AIRLIGHT_BETA
_NUMBER = re.compile(r'_\d+(\.\d+)?$')


@DATASETS.register_module()
class PairedHazeDataset(BaseDataset):
    """Hazy photos, each with the clear photo of the same scene.

    Two folders hold them, ``GT`` and ``hazy`` by default, as DehazeFormer and MixDehazeNet have them: a hazy photo has
    the name of its clear one, or, as in RESIDE, that and numbers: ``1400_1.png`` to ``1400_10.png`` are of
    ``1400.png``. The suffixes may differ. Folders in the two are gone through, and have to be the same. With
    ``ann_file`` a CSV file names the pairs instead, by its columns ``hazy`` and ``clear``, relative to ``data_root``,
    and ``split`` or ``split_NAME``.

    The samples have ``img_path``, of the hazy photo, and ``clear_path``. For haze drawn anew in each epoch there is no
    need of pairs: any :class:`~mmhaze.datasets.HazeLevelDataset` with depth and ``AddHaze(keep_clear=True)`` will do.

    Args:
        data_root: folder of the two folders, such as ``data/RESIDE-6K/train``.
        hazy, clear: names of the two.
        ann_file: the CSV file, relative to ``data_root``.
        split: which column ``split_NAME`` of it; None for the column ``split``.
        part: which part of the split, such as ``'train'``; None takes all.
        pipeline: begins with ``LoadPair``.
        **settings: those of :class:`mmengine.dataset.BaseDataset`.

    Attributes:
        passed: what is in the folders and of no pair; also a line of the log.

    Raises:
        FileNotFoundError: there is no such folder or file, or a photo of a pair is missing.
        ValueError: there is no pair, a hazy photo has no clear one or two of a name, or the file lacks a column or
            names a photo outside of ``data_root``.
    """

    def __init__(self,
                 data_root: str,
                 hazy: str = 'hazy',
                 clear: str = 'GT',
                 ann_file: str = '',
                 split: str | None = None,
                 part: str | None = None,
                 pipeline: Sequence[dict | Callable] = (),
                 **settings: Any) -> None:
        self.folders, self.split, self.part, self.passed = (hazy, clear), split, part, PassedOver()
        super().__init__(ann_file=ann_file, data_root=data_root, pipeline=list(pipeline), **settings)

    def load_data_list(self) -> list[dict]:
        """The pairs, checked to be there, in the order of the names or of the file."""
        pairs = list(self._read_table() if self.ann_file else self._match_folders())
        if not pairs:
            raise ValueError(f'{self.ann_file or self.data_root} has no pair'
                             f'{f" of the part {self.part!r}" if self.part else ""}.')
        for path in (path for pair in pairs for path in pair):
            if not path.is_file():
                raise FileNotFoundError(f'There is no photo {path}, which {self.ann_file} names.')
        return [dict(img_path=str(hazy), clear_path=str(clear)) for hazy, clear in pairs]

    def _match_folders(self) -> Iterator[tuple[Path, Path]]:
        hazy_folder, clear_folder = (Path(self.data_root, name) for name in self.folders)
        clear = _by_name(clear_folder, _find_photos(clear_folder, self.passed))
        lonely, alone = [], set(clear)
        for hazy in _find_photos(hazy_folder, self.passed):
            name = _strip(hazy)
            while name not in clear and _NUMBER.search(name):
                name = _NUMBER.sub('', name)
            if name in clear:
                alone.discard(name)
                yield hazy_folder / hazy, clear_folder / clear[name]
            else:
                lonely.append(hazy)
        if lonely:
            raise ValueError(f'{len(lonely)} photos of {hazy_folder} have no clear one in {clear_folder}, such as '
                             f'{lonely[0]}: wanted the same name, or NAME.png for a NAME_1.png.')
        for name in sorted(alone):
            self.passed.add(clear_folder / clear[name], UNPAIRED)
        if self.passed.found:
            print_log(f'{self.data_root}: {self.passed}', 'current')

    def _read_table(self) -> Iterator[tuple[Path, Path]]:
        path = Path(self.ann_file)
        if not path.is_file():
            raise FileNotFoundError(f'There is no file of pairs {path}. Set data_root and ann_file to where it is.')
        column = f'split_{self.split}' if self.split else 'split'
        with open_table(path, ['hazy', 'clear', *([column] if self.part else [])], [column]) as rows:
            for row in rows:
                if self.part in (None, read_part(row.get(column, ''))):
                    where = f'{path}, line {rows.line}'
                    hazy, clear = (locate(Path(self.data_root), row[name], where) for name in ('hazy', 'clear'))
                    yield hazy, clear


def _find_photos(folder: Path, passed: PassedOver) -> list[str]:
    if not folder.is_dir():
        raise FileNotFoundError(f'There is no folder {folder}. Set data_root to the folder of the hazy and the clear '
                                'photos, and hazy and clear to their names.')
    return list(Search(folder, pass_over=passed.add))


def _by_name(folder: Path, photos: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for photo in photos:
        if found.setdefault(_strip(photo), photo) != photo:
            raise ValueError(f'{folder} has {found[_strip(photo)]} and {photo}: which of the two is the clear photo? '
                             'Take one away.')
    return found


def _strip(photo: str) -> str:
    """The path without its suffix."""
    return PurePosixPath(photo).with_suffix('').as_posix()

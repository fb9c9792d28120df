from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mmengine.dataset import BaseDataset

from ..io.files import locate
from ..io.media import is_photo
from ..io.tables import open_table
from ..registry import DATASETS
from .listing import read_part

# RESIDE's hazy photos are NAME_NUMBER of a clear NAME, or NAME_AIRLIGHT_BETA
_NUMBER = re.compile(r'_\d+(\.\d+)?$')


@DATASETS.register_module()
class PairedHazeDataset(BaseDataset):
    """Hazy photos, each with the clear photo of the same scene.

    Two folders hold them, ``GT`` and ``hazy`` by default, as DehazeFormer and MixDehazeNet have them: a hazy photo has
    the name of its clear one, or, as in RESIDE, that and numbers: ``1400_1.png`` to ``1400_10.png`` are of
    ``1400.png``. The suffixes may differ. With ``ann_file`` a CSV file names the pairs instead, by its columns
    ``hazy`` and ``clear``, relative to ``data_root``, and ``split`` or ``split_NAME``.

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

    Raises:
        FileNotFoundError: there is no such folder or file, or a photo of a pair is missing.
        ValueError: there is no pair, a hazy photo has no clear one, or the file lacks a column or names a photo outside
            of ``data_root``.
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
        self.folders, self.split, self.part = (hazy, clear), split, part
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
        clear = {path.stem: path for path in _photos(clear_folder)}
        lonely = []
        for hazy in _photos(hazy_folder):
            name = hazy.stem
            while name not in clear and _NUMBER.search(name):
                name = _NUMBER.sub('', name)
            if name in clear:
                yield hazy, clear[name]
            else:
                lonely.append(hazy.name)
        if lonely:
            raise ValueError(f'{len(lonely)} photos of {hazy_folder} have no clear one in {clear_folder}, such as '
                             f'{lonely[0]}: wanted the same name, or NAME.png for a NAME_1.png.')

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


def _photos(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f'There is no folder {folder}. Set data_root to the folder of the hazy and the clear '
                                'photos, and hazy and clear to their names.')
    return sorted(path for path in folder.iterdir() if is_photo(path.name))

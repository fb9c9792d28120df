from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from ..io.search import PassedOver
from ..registry import DATASETS
from .makers import describe_making
from .pairs import CLEAR, HAZY, Pair, find_pairs, read_pairs


@DATASETS.register_module()
class PairedHazeDataset(BaseDataset):
    """Hazy photos, each with the clear photo of the same scene.

    Two folders hold them, ``GT`` and ``hazy`` by default, as DehazeFormer and MixDehazeNet have them, or ``gt``,
    ``clear``, ``haze`` and the like: a hazy photo has the name of its clear one, or, as in RESIDE and Haze4K, that and
    numbers: ``1400_1.png`` to ``1400_10.png`` are of ``1400.png``. Or the names say which is which, as in O-HAZE,
    I-HAZE, Dense-Haze and NH-HAZE: ``01_outdoor_hazy.jpg`` is of ``01_outdoor_GT.jpg``; then one folder may hold both.
    The suffixes may differ. Folders in the two are gone through, and have to be the same. With ``ann_file`` a CSV file
    names the pairs instead, by its columns ``hazy`` and ``clear``, relative to ``data_root``, and ``split`` or
    ``split_NAME``.

    The samples have ``img_path``, of the hazy photo, and ``clear_path``. For haze drawn anew in each epoch there is no
    need of pairs: any :class:`~mmhaze.datasets.HazeLevelDataset` with depth and ``AddHaze(keep_clear=True)`` will do.

    Args:
        data_root: folder of the two folders, such as ``data/RESIDE-6K/train``.
        hazy, clear: names of the two; ``'.'`` for one folder.
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
                 hazy: str = HAZY,
                 clear: str = CLEAR,
                 ann_file: str = '',
                 split: str | None = None,
                 part: str | None = None,
                 pipeline: Sequence[dict | Callable] = (),
                 **settings: Any) -> None:
        self.folders, self.split, self.part, self.passed = (hazy, clear), split, part, PassedOver()
        super().__init__(ann_file=ann_file, data_root=data_root, pipeline=list(pipeline), **settings)

    def load_data_list(self) -> list[dict]:
        """The pairs, checked to be there, in the order of the names or of the file."""
        pairs = self._read_table() if self.ann_file else self._find()
        if not pairs:
            raise ValueError(f'{self.ann_file or self.data_root} has no pair'
                             f'{f" of the part {self.part!r}" if self.part else ""}.')
        for path in (path for pair in pairs for path in (pair.hazy, pair.clear)):
            if not os.path.isfile(path):  # Path.is_file raises where a name is too long
                raise FileNotFoundError(f'There is no photo {path}, which {self.ann_file} names.')
        return [dict(img_path=str(pair.hazy), clear_path=str(pair.clear)) for pair in pairs]

    def _find(self) -> list[Pair]:
        pairs = find_pairs(Path(self.data_root), *self.folders, self.passed.add)
        if self.passed.found:
            print_log(f'{self.data_root}: {self.passed}', 'current')
        return pairs

    def _read_table(self) -> list[Pair]:
        path, root = Path(self.ann_file), Path(self.data_root)
        if not path.is_file():
            raise FileNotFoundError(f'There is no file of pairs {path}. {describe_making(root, path.name)}, or set '
                                    'data_root and ann_file to where it is.')
        column = (f'split_{self.split}' if self.split else 'split') if self.part else None
        return [pair for pair in read_pairs(path, root, column)
                if self.part in (None, pair.parts.get(self.split or ''))]

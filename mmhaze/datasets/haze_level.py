from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mmcv.transforms import Compose
from mmpretrain.datasets import BaseDataset
from mmpretrain.registry import TRANSFORMS

from ..registry import DATASETS
from .sample_cache import SampleCache

# columns of a manifest that go along with a sample, where they are there, and what they are
_DESCRIPTION = dict(scene=str, fog=str, beta=float, visibility=float)


@DATASETS.register_module()
class HazeLevelDataset(BaseDataset):
    """Photos with haze levels, listed in a CSV file.

    The file has a header and the columns ``file``, relative to ``data_root``, and ``level``, an integer from 0, the
    least haze. Where it has several splits, each is a column ``split_NAME`` that holds ``train`` or ``test``. The
    columns ``scene``, ``fog``, ``beta`` and ``visibility`` go along with the sample, others are ignored.

    Args:
        data_root: folder of the photos and of ``ann_file``.
        ann_file: the CSV file, relative to ``data_root``.
        split: which column ``split_NAME`` divides the photos, say ``'random'`` or ``'scene'``; None takes all.
        part: the part of the split, ``'train'`` or ``'test'``.
        prepare: the steps at the start of the pipeline in which nothing is drawn, say loading, UCM and resizing.
        pipeline: the steps after these, run anew for each epoch.
        cache_mb: megabytes in which to keep what ``prepare`` made, see
            :class:`~mmhaze.datasets.sample_cache.SampleCache`; 0 prepares every time.
        **kwargs: those of :class:`mmpretrain.datasets.BaseDataset`.

    Raises:
        FileNotFoundError: there is no such annotation file, or it names a photo that does not exist.
        ValueError: the annotation file is not as above, or a step of ``prepare`` draws random numbers.
    """

    def __init__(self,
                 data_root: str,
                 ann_file: str = 'manifest.csv',
                 split: str | None = None,
                 part: str = 'train',
                 prepare: Sequence[dict] = (),
                 pipeline: Sequence[dict] = (),
                 cache_mb: float = 0,
                 **kwargs) -> None:
        self.split = split
        self.part = part
        self.cache_mb = cache_mb
        self.prepare = Compose([TRANSFORMS.build(step) for step in prepare])
        _check_deterministic(self.prepare)
        super().__init__(ann_file=ann_file, data_root=data_root, pipeline=pipeline, **kwargs)

    def full_init(self) -> None:
        """Reads the annotation file, if that has not been done."""
        if not self._fully_initialized:
            super().full_init()
            self._renew_cache()

    def get_subset_(self, indices: Sequence[int] | int) -> None:
        """Keeps only some of the samples, see :class:`mmengine.dataset.BaseDataset`."""
        super().get_subset_(indices)
        self._renew_cache()  # the same index is another photo now

    def get_subset(self, indices: Sequence[int] | int) -> HazeLevelDataset:
        """A copy with only some of the samples, see :class:`mmengine.dataset.BaseDataset`."""
        subset = super().get_subset(indices)
        subset._renew_cache()  # the host gives every subset the same copy of the cache
        return subset

    def prepare_data(self, idx: int) -> Any:
        """The sample ``idx`` after the whole pipeline."""
        key = idx if idx >= 0 else len(self) + idx
        sample = None if self.cache is None else self.cache.get(key)
        if sample is None:
            sample = self.prepare(self.get_data_info(idx))
            if self.cache is not None:
                self.cache.put(key, sample)
        return self.pipeline(sample)

    def load_data_list(self) -> list[dict]:
        """The samples of the annotation file, checked: their paths, levels and what else is known of them."""
        samples = list(self._read_samples(Path(self.ann_file)))
        if not samples:
            raise ValueError(f'{self.ann_file} has no photo with {self.part!r} in its column split_{self.split}.'
                             if self.split else f'{self.ann_file} lists no photo.')
        if self.CLASSES is None:
            highest = max(sample['gt_label'] for sample in samples)
            self._metainfo['classes'] = tuple(f'level {level}' for level in range(highest + 1))
        return samples

    def _read_samples(self, ann_file: Path) -> Iterator[dict]:
        if not ann_file.is_file():
            raise FileNotFoundError(f'There is no annotation file {ann_file}. Make the data set first, or set '
                                    'data_root and ann_file to where it is.')
        # spreadsheets begin a file with a byte order mark
        with ann_file.open(newline='', encoding='utf-8-sig') as lines:
            rows = csv.DictReader(lines)
            wanted = {'file', 'level'} | ({f'split_{self.split}'} if self.split else set())
            missing = wanted - set(rows.fieldnames or ())
            if missing:
                raise ValueError(f'{ann_file} wants the columns {sorted(wanted)}, and has no {sorted(missing)}.')
            for row in rows:
                where = f'{ann_file}, line {rows.line_num}'
                if self.split and row[f'split_{self.split}'] != self.part:
                    continue
                path = Path(self.data_root or '', row['file'] or '')
                if not path.is_file():
                    raise FileNotFoundError(f'{where} names {path}, which does not exist. '
                                            'Restore it, or take out the line.')
                yield dict(_read_description(row, where), img_path=str(path),
                           gt_label=self._read_level(row['level'], where))

    def _read_level(self, text: str | None, where: str) -> int:
        levels = len(self.CLASSES) if self.CLASSES is not None else None
        if text is None or not text.strip().isdecimal() or (levels is not None and int(text) >= levels):
            wanted = f'0 to {levels - 1}' if levels is not None else 'an integer from 0'
            raise ValueError(f'{where} has the level {text!r}, wanted {wanted}.')
        return int(text)

    def _renew_cache(self) -> None:
        self.cache = SampleCache(len(self), int(self.cache_mb * 2**20)) if self.cache_mb else None


def _read_description(row: dict, where: str) -> dict:
    known = {}
    for name, kind in _DESCRIPTION.items():
        if row.get(name):
            try:
                known[name] = kind(row[name])
            except ValueError:
                raise ValueError(f'{where} has the {name} {row[name]!r}, wanted a number.') from None
    return known


def _check_deterministic(steps: Compose) -> None:
    for step in steps.transforms:
        if getattr(step, '_methods_with_randomness', None):
            raise ValueError(f'{type(step).__name__} draws random numbers, and what prepare makes is kept from the '
                             'first epoch on. Move it to pipeline.')
        if hasattr(step, 'transforms'):
            _check_deterministic(step.transforms if isinstance(step.transforms, Compose) else step)

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmcv.transforms import Compose
from mmengine.logging import print_log
from mmpretrain.datasets import BaseDataset
from mmpretrain.registry import TRANSFORMS

from ..io.search import PassedOver
from ..registry import DATASETS
from .level_table import read_table
from .listing import PARTS, Listed, read_folders
from .sample_cache import SampleCache


@DATASETS.register_module()
class HazeLevelDataset(BaseDataset):
    """Photos with haze levels, listed in a file or sorted into folders.

    The file is a CSV file with a header and the columns ``file``, relative to ``data_root``, and ``level``, an integer
    from 0, the least haze, or a name as folders have it. A column ``split`` holds the part of each photo, ``train``,
    ``val`` or ``test``; where there are several splits, each has a column ``split_NAME``. The columns ``scene`` (or
    ``photo``, the photo that a hazy one was made of), ``fog``, ``beta`` and ``visibility`` go along with the sample,
    and ``depth``, the name of a file, as ``depth_path``; others are ignored. A ``.txt`` file has lines ``path level``
    instead, as mmpretrain's.

    Without a file, each level is a folder of ``data_root``: ``level_0``, ``level_1`` and so on, or a number, or a name
    that says how much haze there is: ``'1 km'`` and ``'50 m'``, ``'clear'``, ``'light'`` and ``'dense'``. All others
    are put in order by ``classes``. Photos may lie at any depth below. Where ``data_root`` has folders ``train``,
    ``val`` or ``test``, the folders of the levels lie in these.

    Args:
        data_root: folder of the photos and of ``ann_file``.
        ann_file: the file, relative to ``data_root``; ``''`` or None for folders.
        split: which column ``split_NAME`` divides the photos, say ``'random'`` or ``'scene'``; None for the column
            ``split`` or the folders of parts, where they are there, and for all photos where not.
        part: the part of the split, such as ``'train'``; None takes all.
        prepare: the steps at the start of the pipeline in which nothing is drawn, say loading, UCM and resizing.
        pipeline: the steps after these, run anew for each epoch.
        cache_mb: megabytes in which to keep what ``prepare`` made, see
            :class:`~mmhaze.datasets.sample_cache.SampleCache`; 0 prepares every time.
        filter_cfg: ``dict(levels=[0])`` leaves the photos of these levels alone, here the clear ones.
        **kwargs: those of :class:`mmpretrain.datasets.BaseDataset`, such as ``classes``, the names of the levels.

    Attributes:
        passed: what is in the folders and no photo of the set; also a line of the log.

    Raises:
        FileNotFoundError: there is no such file or folder, or the file names a photo that does not exist.
        ValueError: the file or the folders are not as above, or a step of ``prepare`` draws random numbers.
    """

    def __init__(self,
                 data_root: str,
                 ann_file: str | None = 'manifest.csv',
                 split: str | None = None,
                 part: str | None = 'train',
                 prepare: Sequence[dict] = (),
                 pipeline: Sequence[dict] = (),
                 cache_mb: float = 0,
                 **kwargs) -> None:
        self.split = split
        self.part = part
        self.cache_mb = cache_mb
        self.passed = PassedOver()
        classes = kwargs.get('classes')
        if isinstance(classes, str) and not os.path.isfile(classes):
            raise FileNotFoundError(f'classes is {classes!r}, and there is no such file. Wanted the names of the '
                                    'levels, the least haze first, as a list, or a text file with a name a line.')
        self.prepare = Compose([TRANSFORMS.build(step) for step in prepare])
        _check_deterministic(self.prepare)
        super().__init__(ann_file=ann_file or '', data_root=data_root, pipeline=pipeline, **kwargs)

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
        """The samples that are listed, checked: their paths, levels and what else is known of them."""
        photos, names = self._list_photos()
        if photos and self.part not in (None, *PARTS) and not any((self.split or '') in each.parts for each in photos):
            raise ValueError(f'part is {self.part!r}, and {self.ann_file or self.data_root} says no parts. Set part to '
                             f'one of {", ".join(PARTS)}, each of which takes every photo then, or name the parts in a '
                             'column split.')
        chosen = [photo for photo in photos if self.part in (None, photo.parts.get(self.split or '', self.part))]
        if not chosen:
            raise ValueError(self._describe_lack(photos))
        for photo in chosen:
            if not os.path.isfile(photo.path):  # Path.is_file raises where a name is too long
                raise FileNotFoundError(f'{photo.where} names {photo.path}, which does not exist. '
                                        'Restore it, or take out the line.')
        self._metainfo.setdefault('classes', names)
        return [dict(photo.known, img_path=str(photo.path), gt_label=photo.level) for photo in chosen]

    def filter_data(self) -> list[dict]:
        """The samples that ``filter_cfg`` leaves."""
        if not self.filter_cfg:
            return self.data_list
        if set(self.filter_cfg) != {'levels'}:
            raise ValueError(f'filter_cfg is dict(levels=[...]), got {dict(self.filter_cfg)}.')
        left = [sample for sample in self.data_list if sample['gt_label'] in self.filter_cfg['levels']]
        if not left:
            raise ValueError(f'{self.ann_file or self.data_root} has no photo of the levels '
                             f'{list(self.filter_cfg["levels"])} among its {len(self.data_list)}.')
        return left

    def _list_photos(self) -> tuple[list[Listed], tuple[str, ...]]:
        """The photos of all parts, and the names of the levels."""
        root = Path(self.data_root or '')
        if self.ann_file:
            photos = read_table(Path(self.ann_file), root, split=self.split, levels=self.CLASSES and len(self.CLASSES),
                                names=self.CLASSES)
            return photos, self.CLASSES or self._name_levels(photos)
        if self.split:
            raise ValueError(f'{root} is read without an annotation file, and folders have no split {self.split!r}. '
                             'Leave out split; part chooses among the folders train, val and test.')
        photos, names = read_folders(root, names=self.CLASSES, pass_over=self.passed.add)
        if self.passed.found:
            print_log(f'{root}: {self.passed}', 'current')
        return photos, names

    def _name_levels(self, photos: Sequence[Listed]) -> tuple[str, ...]:
        """What the levels of a file are called where nobody says so."""
        names = {photo.level: photo.level_name for photo in photos if photo.level_name}
        return tuple(names.get(level, f'level {level}')
                     for level in range(max((photo.level for photo in photos), default=-1) + 1))

    def _describe_lack(self, photos: Sequence[Listed]) -> str:
        """Why there is no photo."""
        if not photos:
            return f'{self.ann_file} lists no photo.'
        there = Counter(photo.parts[self.split or ''] for photo in photos)
        parts = ', '.join(f'{part!r} ({count})' for part, count in there.items())
        if not self.ann_file:
            return f'{self.data_root} has no folder {self.part!r}, only {parts}.'
        column = f'split_{self.split}' if self.split else 'split'
        return f'{self.ann_file} has no photo with {self.part!r} in its column {column}, only {parts}.'

    def _renew_cache(self) -> None:
        self.cache = SampleCache(len(self), int(self.cache_mb * 2**20)) if self.cache_mb else None


def _check_deterministic(steps: Compose) -> None:
    for step in steps.transforms:
        if getattr(step, '_methods_with_randomness', None):
            raise ValueError(f'{type(step).__name__} draws random numbers, and what prepare makes is kept from the '
                             'first epoch on. Move it to pipeline.')
        if hasattr(step, 'transforms'):
            _check_deterministic(step.transforms if isinstance(step.transforms, Compose) else step)

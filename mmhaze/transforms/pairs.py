"""Pairs of a hazy and a clear photo. What resizes, crops or flips goes over both by mmcv's ``TransformBroadcaster``."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpretrain.datasets.transforms import PackInputs
from mmpretrain.structures import DataSample

from ..io.photo import read_photo
from ..registry import TRANSFORMS
from .workers import calm_worker

ALIGNMENTS = (None, 'center_crop')


@TRANSFORMS.register_module()
class LoadPair(BaseTransform):
    """Adds ``img``, the hazy photo, and ``clear``, both (H, W, 3) uint8 BGR, from ``img_path`` and ``clear_path``.

    Also ``img_shape`` and ``ori_shape``, (H, W). See :func:`mmhaze.io.photo.read_photo` for what is read.

    Args:
        align: what to do with a clear photo of another size. None is an error; ``'center_crop'`` cuts the hazy photo's
            size out of the middle of a larger one, as SOTS indoor wants it (620x460 of 640x480).

    Raises:
        ValueError: the sizes differ, with the names of both files.
    """

    def __init__(self, align: str | None = None) -> None:
        if align not in ALIGNMENTS:
            raise ValueError(f"align is None or 'center_crop', got {align!r}.")
        self.align = align

    def transform(self, results: dict) -> dict:
        calm_worker()
        hazy, clear = read_photo(results['img_path']), read_photo(results['clear_path'])
        (height, width), (rows, columns) = hazy.shape[:2], clear.shape[:2]
        if self.align == 'center_crop' and rows >= height and columns >= width:
            top, left = (rows - height) // 2, (columns - width) // 2
            clear = clear[top:top + height, left:left + width]
        if clear.shape != hazy.shape:
            raise ValueError(f"{results['img_path']} has {width} x {height} pixels and {results['clear_path']} "
                             f"{columns} x {rows}: they are no pair. If the clear one only has a border more, say "
                             "LoadPair(align='center_crop').")
        results.update(img=hazy, clear=clear, img_shape=hazy.shape[:2], ori_shape=hazy.shape[:2])
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(align={self.align!r})'


@TRANSFORMS.register_module()
class RandomQuarterTurn(BaseTransform):
    """Turns ``img`` by 0, 90, 180 or 270 degrees, each as likely."""

    @cache_randomness
    def _draw(self) -> int:
        return int(np.random.randint(4))  # noqa: NPY002  the host seeds this generator, in each worker

    def transform(self, results: dict) -> dict:
        img = np.ascontiguousarray(np.rot90(results['img'], self._draw()))
        results.update(img=img, img_shape=img.shape[:2])
        return results


@TRANSFORMS.register_module()
class PackDehazing(BaseTransform):
    """Packs ``img`` as ``inputs``, (3, H, W) uint8 BGR; ``clear`` and ``domain_scores``, if any, as ``data_samples``.

    Args:
        meta_keys: what to keep of the results in the data sample.
    """

    def __init__(self, meta_keys: Sequence[str] = ('img_path', 'clear_path', 'ori_shape', 'img_shape')) -> None:
        self.meta_keys = tuple(meta_keys)

    def transform(self, results: dict) -> dict:
        sample = DataSample(metainfo={key: results[key] for key in self.meta_keys if key in results})
        if 'clear' in results:
            sample.set_field(PackInputs.format_input(results['clear']), 'clear')
        if 'domain_scores' in results:
            sample.set_field(torch.from_numpy(results['domain_scores']), 'domain_scores')
        return dict(inputs=PackInputs.format_input(results['img']), data_samples=sample)

    def __repr__(self) -> str:
        return f'{type(self).__name__}(meta_keys={self.meta_keys})'

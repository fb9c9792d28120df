from __future__ import annotations

from pathlib import Path

from mmcv.transforms import BaseTransform

from ..io.photo import read_photo
from ..registry import TRANSFORMS
from ..synthesis.depth.depth_files import KINDS, read_depth_of
from .results import name_of
from .workers import calm_worker


@TRANSFORMS.register_module()
class LoadPhoto(BaseTransform):
    """Adds ``img``, (H, W, 3) uint8 BGR, from ``img_path``, and ``img_shape`` and ``ori_shape``, (H, W).

    In the place of the host's ``LoadImageFromFile``, which takes a truncated photo for a whole one and a transparent
    one for an opaque one; see :func:`mmhaze.io.photo.read_photo` for what is read, and how.
    """

    def transform(self, results: dict) -> dict:
        calm_worker()
        img = read_photo(results['img_path'])
        results.update(img=img, img_shape=img.shape[:2], ori_shape=img.shape[:2])
        return results


@TRANSFORMS.register_module()
class LoadDepth(BaseTransform):
    """Adds ``depth``, metres, (H, W) float32 of the size of ``img``, above 0 and infinite for the sky.

    **Required keys**: ``img``, (H, W, 3), as loaded; ``img_path``; ``depth_path``, a file that
    :func:`mmhaze.synthesis.depth.depth_files.read_depth` can read.

    Args:
        scale: metres for a value of 1; by default centimetres, in which ``mmhaze make-set haze-wild`` keeps
            depth. None for files that need none.
        kind: what the values are, see :mod:`mmhaze.synthesis.depth.depth_files`.
    """

    def __init__(self, scale: float | None = 0.01, kind: str | None = None) -> None:
        if kind not in KINDS:
            raise ValueError(f'kind is one of {KINDS}, got {kind!r}.')
        self.scale, self.kind = scale, kind

    def transform(self, results: dict) -> dict:
        if 'depth_path' not in results:
            raise ValueError(f"{name_of(results)}: LoadDepth wants 'depth_path', and the results hold "
                             f'{sorted(results)}. Give the photos of the data set a column depth.')
        results['depth'] = read_depth_of(Path(results['img_path']), results['img'], Path(results['depth_path']),
                                         self.kind, self.scale)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(scale={self.scale}, kind={self.kind!r})'

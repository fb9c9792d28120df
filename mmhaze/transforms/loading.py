from __future__ import annotations

from mmcv.transforms import BaseTransform

from ..photo import read_photo
from ..registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadPhoto(BaseTransform):
    """Adds ``img``, (H, W, 3) uint8 BGR, from ``img_path``, and ``img_shape`` and ``ori_shape``, (H, W).

    In the place of the host's ``LoadImageFromFile``, which takes a truncated photo for a whole one and a transparent
    one for an opaque one; see :func:`mmhaze.photo.read_photo` for what is read, and how.
    """

    def transform(self, results: dict) -> dict:
        img = read_photo(results['img_path'])
        results.update(img=img, img_shape=img.shape[:2], ori_shape=img.shape[:2])
        return results

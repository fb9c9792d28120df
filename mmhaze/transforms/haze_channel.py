from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from ..registry import TRANSFORMS
from .results import name_of, photo_in


@TRANSFORMS.register_module()
class HazeChannel(BaseTransform):
    """Appends the haze mask to ``img`` as a fourth plane, for a network with ``in_channels=4``.

    ``img`` becomes (H, W, 4) uint8: blue, green, red, and 255 where there is haze, 0 elsewhere. Every other key is left
    alone.

    **Required keys**: ``img``, (H, W, 3) uint8 BGR; ``haze_mask``, (H, W) bool, from ``dict(type='UCM')`` before it.

    **Its place** is behind UCM, then behind the steps that change colours, and before those that move pixels:

    - A step that resizes or crops between UCM and this one is refused. A flip there goes unnoticed, and is wrong.
    - Of the hosts' steps that change colours, some fail on four planes, others spoil or drop the mask without a word,
      such as ``PhotoMetricDistortion``. Mosaics make three planes.
    - Resizing with ``backend='pillow'`` takes the fourth plane for transparency, and blackens what is not haze. With
      OpenCV, the default, the mask's edges become grey, unless ``interpolation='nearest'``.
    - ``Pad`` takes one number, or four.

    **The preprocessor** needs four values in ``mean`` and ``std``, blue first: the hosts turn BGR to RGB where there
    are just three planes. With ImageNet's statistics, and the mask as -1 and 1::

        mean=[103.53, 116.28, 123.675, 127.5], std=[57.375, 57.12, 58.395, 127.5], to_rgb=False

    That is mmpretrain's; mmseg says ``bgr_to_rgb``. mmdet's takes three values or one: give it one, ``mean=[114.0],
    std=[57.0]``, and ``bgr_to_rgb=False``, as True would drop the mask. Weights trained on three planes do not fit the
    first convolution, which then starts anew.

    Raises:
        ValueError: there is no mask, or it is not that of the photo.
    """

    def transform(self, results: dict) -> dict:
        img = photo_in(results, 'HazeChannel', 'Use it once, and before any step that makes floats.')
        path = name_of(results)
        if 'haze_mask' not in results:
            raise ValueError(f"{path}: HazeChannel wants 'haze_mask', and the results hold {sorted(results)}. "
                             "Put dict(type='UCM', maps=['haze_mask']) before it.")
        mask = results['haze_mask']
        if mask.dtype != bool:
            raise ValueError(f'{path}: HazeChannel wants haze_mask as (H, W) bool, as UCM makes it, got {mask.dtype}.')
        if mask.shape != img.shape[:2]:
            raise ValueError(f'{path}: HazeChannel wants a haze_mask of the size of img, {img.shape[:2]}, got '
                             f'{mask.shape}. A step between UCM and HazeChannel resized, cropped or padded the photo: '
                             'put it after HazeChannel.')
        results['img'] = np.dstack([img, mask * np.uint8(255)])
        return results

"""What the steps of a pipeline hand to one another: which photo it is, and whether it is one."""
from __future__ import annotations

import numpy as np

from ..io.given import describe


def name_of(results: dict) -> str:
    """The path of the photo, for errors."""
    return str(results.get('img_path', 'an image without a path'))


def photo_in(results: dict, step: str, place: str) -> np.ndarray:
    """``img``, (H, W, 3) uint8 BGR.

    Args:
        results: of the pipeline so far.
        step: the transform that wants it, for the error.
        place: where in the pipeline it belongs, a sentence for the error.

    Raises:
        ValueError: there is no ``img``, or it is no such photo.
    """
    if 'img' not in results:
        frames = results.get('imgs')
        if isinstance(frames, (list, tuple)):
            raise ValueError(f"{name_of(results)}: {step} wants 'img', one photo, and the results hold 'imgs', "
                             f"{len(frames)} frames. To apply it to each: dict(type='TransformBroadcaster', "
                             f"mapping=dict(img='imgs'), auto_remap=True, transforms=[dict(type='{step}')]); "
                             'keys that it adds are named in remapping, instead of auto_remap.')
        raise ValueError(f"{name_of(results)}: {step} wants 'img', and the results hold {sorted(results)}. "
                         'Put the step that loads the photo before it.')
    img = results['img']
    if not isinstance(img, np.ndarray) or img.ndim != 3 or img.shape[2] != 3 or img.dtype != np.uint8:
        what = f'{img.shape} {img.dtype}' if isinstance(img, np.ndarray) else describe(img)
        raise ValueError(f'{name_of(results)}: as img {step} wanted (H, W, 3) uint8 BGR, got {what}. {place}')
    return img

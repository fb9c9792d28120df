from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from ..haze_map import estimate_haze
from ..physics.prior import estimate_scattering
from ..registry import TRANSFORMS
from .results import photo_in

METHODS = ('prior', 'haze_map')


@TRANSFORMS.register_module()
class EstimateTransmission(BaseTransform):
    r"""Estimates how much light of the scene passes the haze, as a map for a magnifier.

    Put it before resizing, as it follows the edges of the photo.

    Args:
        method: ``'prior'``, the dark channel prior: :math:`t = 1 - \omega \min_{window} \min_c I_c / A_c` with a window
            of 15 pixels, see :func:`mmhaze.physics.prior.estimate_scattering`; or ``'haze_map'``, the network in the
            box, see :func:`mmhaze.estimate_haze`.

    **Required key**: ``img``, (H, W, 3) uint8 BGR.

    **Added key**: ``haze_transmission``, (H, W, 3) uint8, 255 t in each channel, so that whatever treats a photo treats
    it alike; t is from 0.1 to 1 by the prior, and from 0 by the network.

    Raises:
        ValueError: ``method`` is neither, or ``img`` is not such a photo.
    """

    def __init__(self, method: str = 'prior') -> None:
        if method not in METHODS:
            raise ValueError(f'method is one of {", ".join(METHODS)}, got {method!r}.')
        self.method = method

    def transform(self, results: dict) -> dict:
        img = photo_in(results, 'EstimateTransmission', 'Put it before any step that makes floats.')
        if self.method == 'haze_map':
            transmission = estimate_haze(img).transmission
        else:
            transmission, _ = estimate_scattering(img.astype(np.float32) / 255)
        grey = (transmission * 255).round().astype(np.uint8)
        results['haze_transmission'] = np.repeat(grey[..., None], 3, axis=2)
        return results

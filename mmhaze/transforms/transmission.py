from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from ..physics.prior import estimate_scattering
from ..registry import TRANSFORMS
from .results import photo_in


@TRANSFORMS.register_module()
class EstimateTransmission(BaseTransform):
    r"""Estimates how much light of the scene passes the haze, by the dark channel prior, as a map for a magnifier.

    :math:`t = 1 - \omega \min_{window} \min_c I_c / A_c`, refined along the photo's edges, see
    :func:`mmhaze.physics.prior.estimate_scattering`. Put it before resizing: its window is 15 pixels.

    **Required key**: ``img``, (H, W, 3) uint8 BGR.

    **Added key**: ``haze_transmission``, (H, W, 3) uint8, 255 t in each channel, so that whatever treats a photo treats
    it alike; t is from 0.1 to 1.

    Raises:
        ValueError: ``img`` is not such a photo.
    """

    def transform(self, results: dict) -> dict:
        img = photo_in(results, 'EstimateTransmission', 'Put it before any step that makes floats.')
        transmission, _ = estimate_scattering(img.astype(np.float32) / 255)
        grey = (transmission * 255).round().astype(np.uint8)
        results['haze_transmission'] = np.repeat(grey[..., None], 3, axis=2)
        return results

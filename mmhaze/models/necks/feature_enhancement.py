from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor

from ...registry import MODELS
from ..pooling import pool_feature


@MODELS.register_module()
class FeatureEnhancement(BaseModule):
    """Feature Enhancement, Eq. 12: E_f = concat(E_i, E_h).

    The two features of :class:`~mmhaze.models.DualChannel`, each a map (N, C, h, w), tokens (N, L, C) or a vector
    (N, C), -> ``((N, C_i + C_h),)``, pooled over their places; a tuple, as the host's heads expect.
    """

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor]:
        """``(E_i, E_h)`` -> ``(E_f,)``, see the class."""
        if len(features) != 2:
            raise ValueError(f'Feature Enhancement joins two features, E_i and E_h, got {len(features)}. Is there no '
                             'magnifier in the inputs? It is needed in the test pipeline, too.')
        return (torch.cat([pool_feature(feature) for feature in features], dim=1),)

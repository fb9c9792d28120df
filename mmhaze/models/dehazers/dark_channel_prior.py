from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...physics.prior import estimate_scattering
from ...physics.scattering import restore_contrast
from ...registry import MODELS
from .base import BaseDehazer


@MODELS.register_module()
class DarkChannelPrior(BaseDehazer):
    """:mod:`mmhaze.physics.prior` as a dehazer without parameters; it gives no gradients and is not trained."""

    whole_photo = True  # the airlight is sought all over it

    @torch.no_grad()
    def restore(self, hazy: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same, not clamped."""
        restored = []
        for img in hazy.permute(0, 2, 3, 1).float().cpu().numpy():
            transmission, airlight = estimate_scattering(np.ascontiguousarray(img))
            restored.append(restore_contrast(img, transmission[..., None], airlight))
        return torch.from_numpy(np.stack(restored)).permute(0, 3, 1, 2).to(hazy)

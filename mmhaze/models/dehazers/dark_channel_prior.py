from __future__ import annotations

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
        restored = torch.empty(hazy.shape)
        for planes, result in zip(hazy.float().cpu().numpy(), restored.numpy()):
            transmission, airlight = estimate_scattering(planes.transpose(1, 2, 0))
            for channel, plane in enumerate(planes):  # one at a time, as a large photo fills the memory
                result[channel] = restore_contrast(plane, transmission, airlight[channel])
        return restored.to(hazy)

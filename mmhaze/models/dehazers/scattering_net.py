"""The atmospheric scattering model as a small network: our reading of a pre-restore module, see progressive.py."""
from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from ...physics import T_MIN, remove_haze
from ...registry import MODELS
from .base import BaseDehazer

# at first t is .88 and A is .85, nearly no change
TRANSMISSION_BIAS, AIRLIGHT_BIAS = 2.0, 1.7


@MODELS.register_module()
class ScatteringNet(BaseDehazer):
    """Finds transmission and airlight with four convolutions, and takes the haze off by the scattering model.

    14,724 parameters with the default width. At first it changes a photo little. Neither transmission nor airlight is
    supervised; :meth:`scattering` gives them.

    Args:
        width: channels of the first convolution; the others have twice as many.
        **settings: those of :class:`BaseDehazer`.
    """

    whole_photo = True

    def __init__(self, width: int = 16, **settings: Any) -> None:
        super().__init__(**settings)
        self.encoder = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1), nn.ReLU())
        self.transmission = nn.Conv2d(2 * width, 1, 3, padding=1)
        self.airlight = nn.Linear(2 * width, 3)
        for head, bias in ((self.transmission, TRANSMISSION_BIAS), (self.airlight, AIRLIGHT_BIAS)):
            nn.init.zeros_(head.weight)
            nn.init.constant_(head.bias, bias)

    def scattering(self, hazy: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, H, W) in [0, 1] -> t, (N, 1, H, W) in [0.1, 1], and A, (N, 3, 1, 1) in [0, 1]."""
        features = self.encoder(hazy)
        coarse = self.transmission(features).sigmoid()
        transmission = F.interpolate(coarse, hazy.shape[2:], mode='bilinear', align_corners=False)
        airlight = self.airlight(features.mean((2, 3))).sigmoid()
        return transmission.clamp(T_MIN, 1), airlight[..., None, None]

    def restore(self, hazy: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same."""
        return remove_haze(hazy, *self.scattering(hazy)).clamp(0, 1)

"""AOD-Net, from its published layers."""
from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ...registry import MODELS
from .base import BaseDehazer, Guide


@MODELS.register_module()
class AODNet(BaseDehazer):
    r"""AOD-Net: five small convolutions give K, and :math:`J = \max(K \odot I - K + 1, 0)` [li2017]_.

    K stands for transmission and airlight in one. It has 1,761 parameters, and a view of 15 pixels.

    .. [li2017] B. Li et al., "AOD-Net: All-in-One Dehazing Network", ICCV 2017.
    """

    guided_channels = 3  # at full resolution: it has no coarser ones

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.convs = nn.ModuleList(
            nn.Conv2d(inputs, 3, size, padding=size // 2) for inputs, size in ((3, 1), (3, 3), (6, 5), (6, 7), (12, 3)))

    def restore(self, hazy: Tensor, guide: Guide | None = None) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same, never below 0."""
        first = self._convolve(0, hazy)
        second = self._convolve(1, first)
        if guide is not None:
            second = guide(second)
        third = self._convolve(2, first, second)
        fourth = self._convolve(3, second, third)
        k = self._convolve(4, first, second, third, fourth)
        return (k * hazy - k + 1).relu()

    def _convolve(self, place: int, *features: Tensor) -> Tensor:
        return self.convs[place](torch.cat(features, dim=1)).relu()

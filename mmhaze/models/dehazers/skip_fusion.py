from __future__ import annotations

import torch
from torch import Tensor, nn


class SkipFusion(nn.Module):
    """Selective-kernel fusion of two features, channel by channel [song2023]_ [li2019]_.

    The mean of their sum over the image goes through two 1x1 convolutions without bias, to two weights a channel whose
    sum is 1.

    .. [song2023] Y. Song et al., "Vision Transformers for Single Image Dehazing", IEEE TIP 32, 2023.
    .. [li2019] X. Li et al., "Selective Kernel Networks", CVPR 2019.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        hidden = max(channels // reduction, 4)
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, hidden, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(hidden, 2 * channels, 1, bias=False))

    def forward(self, feature: Tensor, skip: Tensor) -> Tensor:
        """Two (N, C, H, W) -> one."""
        both = torch.stack((feature, skip), dim=1)
        weights = self.weigh(feature + skip).unflatten(1, (2, -1)).softmax(dim=1)
        return (both * weights).sum(dim=1)

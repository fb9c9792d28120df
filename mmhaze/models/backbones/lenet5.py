from __future__ import annotations

import torch
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import Tensor, nn

from ...registry import MODELS

VARIANTS = ('paper', 'released')


@MODELS.register_module()
class LeNet5RGB(BaseBackbone):
    """LeNet-5 for 64x64 photos: three 5x5 convolutions, ReLU, and two 2x2 max poolings, without padding.

    (N, 3, 64, 64) -> ((N, 120, 9, 9), (N, 9720)): the feature map and, as the last stage, the same flattened, which the
    two fully connected layers of a ``StackedLinearClsHead`` take. Its name differs from the host's ``LeNet5``, which is
    for 32x32 grey images, with tanh and average pooling, as in LeCun et al., "Gradient-Based Learning Applied to
    Document Recognition", Proceedings of the IEEE 86(11), 1998.

    Args:
        in_channels: planes of the input.
        variant: ``'paper'``, 3 -> 6 -> 16 -> 120 channels; or ``'released'``, where the second stage is two parallel
            branches that are summed, as in the authors' code (whose head has the hidden layers 120 and 84).
        init_cfg: see :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, in_channels: int = 3, variant: str = 'paper', init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        if variant not in VARIANTS:
            raise ValueError(f'variant is one of {VARIANTS}, got {variant!r}.')
        self.stage1 = _stage(in_channels, 6)
        self.stage2 = nn.ModuleList(_stage(6, 16) for _ in range(1 if variant == 'paper' else 2))
        self.stage3 = nn.Sequential(nn.Conv2d(16, 120, 5), nn.ReLU())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, C, H, W), H and W at least 32 -> the feature map and its flattened form."""
        x = self.stage1(x)
        x = torch.stack([branch(x) for branch in self.stage2]).sum(0)
        x = self.stage3(x)
        return x, x.flatten(1)


def _stage(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 5), nn.ReLU(), nn.MaxPool2d(2))

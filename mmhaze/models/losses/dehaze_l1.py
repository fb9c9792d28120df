from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS


@MODELS.register_module()
class DehazeL1Loss(nn.Module):
    """The mean absolute difference from the clear photo, times ``loss_weight``; all that a dehazer needs to learn."""

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, dehazed: Tensor, clear: Tensor, hazy: Tensor, pre: Tensor | None = None) -> Tensor:
        """(N, 3, H, W) each, in [0, 1] -> a number; the hazy photos and ``pre`` do not count."""
        return self.loss_weight * F.l1_loss(dehazed, clear)

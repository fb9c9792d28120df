from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS


def feature_l2(task: Tensor, magnifier: Tensor) -> Tensor:
    """L_sim of the authors' code: the Euclidean distance along the last axis, averaged over the others.

    For maps, (N, C, h, w), the last axis is the width: the distance of rows. The gradient goes to both.

    Args:
        task: E_i, (N, C, h, w) or (N, C).
        magnifier: E_h, of the same shape.

    Returns:
        A number, at least 0.
    """
    if task.shape != magnifier.shape:
        raise ValueError('The distance is one of features of one shape: '
                         f'task {tuple(task.shape)}, magnifier {tuple(magnifier.shape)}.')
    return F.pairwise_distance(task, magnifier).mean()


@MODELS.register_module()
class FeatureL2Loss(nn.Module):
    """m times :func:`feature_l2`, the constraint of the authors' code.

    Args:
        loss_weight: m.
    """

    def __init__(self, loss_weight: float = 0.001) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, task: Tensor, magnifier: Tensor) -> Tensor:
        """E_i and E_h -> a number."""
        return self.loss_weight * feature_l2(task, magnifier)

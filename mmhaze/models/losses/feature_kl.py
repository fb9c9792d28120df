from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from ..pooling import pool_feature


def feature_kl(task: Tensor, magnifier: Tensor, *, detach_magnifier: bool = True) -> Tensor:
    r"""L_sim of Eq. 11: :math:`KL(p_i \| p_h) = \sum_c p_i \log (p_i / p_h)`, averaged over the batch.

    The paper gives KL over features without saying how they become distributions. Here the features are pooled over
    their places, and p is their softmax over the channels.

    Args:
        task: E_i, (N, C, h, w), (N, L, C) or (N, C).
        magnifier: E_h, with as many channels.
        detach_magnifier: E_h is what E_i is drawn to and is not moved itself.

    Returns:
        A number, at least 0.
    """
    if detach_magnifier:
        magnifier = magnifier.detach()
    log_p_task, log_p_magnifier = (F.log_softmax(pool_feature(feature), dim=1) for feature in (task, magnifier))
    # torch's kl_div(a, b) is KL(b || a)
    return F.kl_div(log_p_magnifier, log_p_task, reduction='batchmean', log_target=True)


@MODELS.register_module()
class FeatureKLLoss(nn.Module):
    """m times :func:`feature_kl`, the paper's constraint.

    Args:
        loss_weight: m.
        detach_magnifier: see :func:`feature_kl`.
    """

    def __init__(self, loss_weight: float = 0.001, detach_magnifier: bool = True) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.detach_magnifier = detach_magnifier

    def forward(self, task: Tensor, magnifier: Tensor) -> Tensor:
        """E_i and E_h -> a number."""
        return self.loss_weight * feature_kl(task, magnifier, detach_magnifier=self.detach_magnifier)

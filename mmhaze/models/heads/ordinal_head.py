from __future__ import annotations

import torch
import torch.nn.functional as F
from mmpretrain.models.heads import ClsHead
from torch import Tensor, nn

from ...registry import MODELS
from ..losses import ordinal_log_probs

PACE = 40.0  # thresholds are some units apart in the end, and Adam moves a parameter by its learning rate at a step


@MODELS.register_module()
class OrdinalNLLHead(ClsHead):
    r"""Levels as an order: one number f a photo, cut by ordered thresholds, under a negative log-log link
    [mccullagh1980]_.

    :math:`P(y \le k) = e^{-e^{-(\theta_k - f)}}`, see :func:`~mmhaze.models.losses.ordinal_log_probs`. It takes the
    (N, C) vectors of any backbone and neck, as the host's ``LinearClsHead`` does, and gives log probabilities in the
    place of its scores: a softmax leaves them as they are, so the host's cross entropy is their negative log
    likelihood, and its predictions are their probabilities.

    Thresholds are learnt: the first, and the steps to the next ones, which a softplus keeps above 0. At the beginning
    all levels are equally likely at f = 0. Adam and its like, whose steps are of one size for all parameters, move
    thresholds 40 times as fast as weights; plain gradient descent moves them at its own pace.

    Args:
        num_classes: levels, at least 2.
        in_channels: C.
        init_cfg: see :class:`mmengine.model.BaseModule`.
        **kwargs: those of the host's ``ClsHead``.

    .. [mccullagh1980] P. McCullagh, "Regression Models for Ordinal Data", Journal of the Royal Statistical Society B
       42(2), 1980.
    """

    def __init__(self, num_classes: int, in_channels: int,
                 init_cfg: dict | None = dict(type='Normal', layer='Linear', std=0.01), **kwargs) -> None:
        super().__init__(init_cfg=init_cfg, **kwargs)
        if num_classes < 2:
            raise ValueError(f'num_classes is at least 2, got {num_classes}.')
        self.num_classes = num_classes
        self.in_channels = in_channels
        # f needs no offset of its own: the thresholds move instead
        self.fc = nn.Linear(in_channels, 1, bias=False)
        uniform = -(-(torch.arange(1, num_classes) / num_classes).log()).log()
        self.first_threshold = nn.Parameter(uniform[:1] / PACE)
        self.raw_steps = nn.Parameter(uniform.diff().expm1().log() / PACE)  # the inverse of softplus

    @property
    def thresholds(self) -> Tensor:
        """The thresholds, (num_classes - 1,), ascending."""
        return torch.cat([_at_pace(self.first_threshold), F.softplus(_at_pace(self.raw_steps))]).cumsum(0)

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """The last of the features, (N, C) -> log probabilities, (N, num_classes)."""
        return ordinal_log_probs(self.fc(self.pre_logits(feats)).squeeze(1), self.thresholds)


def _at_pace(parameter: Tensor) -> Tensor:
    """``PACE`` times a parameter, with 1 / ``PACE`` of the gradient: a step along the gradient is what it would be."""
    return parameter / PACE + (PACE - 1 / PACE) * parameter.detach()

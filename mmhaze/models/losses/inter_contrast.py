from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from .warm_up import warmed_up


def contrast_ratio(near: Tensor, far: Tensor, bounded: bool, eps: float) -> Tensor:
    """near / (near + far), in [0, 1], or near / far, which has no bound: a number from two distances."""
    return near / ((near + far if bounded else far) + eps)


@MODELS.register_module()
class InterContrastiveLoss(nn.Module):
    r"""Draws the dehazed photo to the clear one and away from the hazy one, in the features of a frozen network.

    :math:`\sum_i \omega_i d^+_i / (d^+_i + d^-_i)` with :math:`d^+_i = \overline{|\phi_i(J) - \phi_i(J^*)|}` and
    :math:`d^-_i` the mean of that to the negatives: the hazy photo and, in a
    :class:`~mmhaze.models.ProgressiveDehazer`, the pre-restored one. It is 0 at the clear photo, and the sum of the
    weights at the hazy one, where that is the only negative.

    Args:
        extractor: a registered extractor.
        weights: :math:`\omega`, one for each of its features; by default 1/4, 1/2, 1 or as many halvings as it takes.
        bounded: False divides by :math:`d^-_i` alone, which grows without bound near the hazy photo.
        use_pre: whether the pre-restored photo is a negative.
        eps: added to the divisor.
        loss_weight: by which it is multiplied.
        warm_up: steps of training over which it sets in. As long as :math:`d^+ > d^-` whatever moves the photo away
            from both lowers the loss, such as a grid.
    """

    def __init__(self,
                 extractor: dict = dict(type='TinyExtractor'),
                 weights: Sequence[float] | None = None,
                 bounded: bool = True,
                 use_pre: bool = True,
                 eps: float = 1e-7,
                 loss_weight: float = 0.1,
                 warm_up: int = 0) -> None:
        super().__init__()
        self.extractor = MODELS.build(extractor)
        self.weights = weights and tuple(weights)
        self.bounded, self.use_pre, self.eps = bounded, use_pre, eps
        self.loss_weight, self.warm_up = loss_weight, warm_up

    def forward(self, dehazed: Tensor, clear: Tensor, hazy: Tensor, pre: Tensor | None = None) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] each -> a number."""
        anchors, positives = self.extractor(dehazed), self.extractor(clear)
        negatives = [self.extractor(each) for each in (hazy, pre if self.use_pre else None) if each is not None]
        weights = self.weights or [0.5**place for place in reversed(range(len(anchors)))]
        if len(weights) != len(anchors):
            raise ValueError(f'weights are one for each of the {len(anchors)} features, got {len(weights)}.')
        total = dehazed.new_zeros(())
        for place, weight in enumerate(weights):
            near = F.l1_loss(anchors[place], positives[place])
            far = sum(F.l1_loss(anchors[place], negative[place]) for negative in negatives) / len(negatives)
            total = total + weight * contrast_ratio(near, far, self.bounded, self.eps)
        return self.loss_weight * warmed_up(self.warm_up) * total


@MODELS.register_module()
class ContrastRegularization(InterContrastiveLoss):
    r"""The contrastive regularisation of MixDehazeNet [lu2024]_: one negative, the hazy photo.

    As released it is :math:`\sum_i \omega_i d^+_i / d^-_i` over the four stages of ResNet-152 with
    ``weights=[1/16, 1/8, 1/4, 1]``, on photos in [-1, 1]; that is ``extractor=dict(type='TorchvisionExtractor',
    arch='resnet152', layers=['layer1', 'layer2', 'layer3', 'layer4'], normalize=False, weights=FILE)``. It reaches a
    million where the network changes nothing; ``bounded=True`` and ``normalize=True`` are the corrected form. The
    released code also lets the statistics of ResNet drift, which is not done here.

    .. [lu2024] L. Lu et al., "MixDehazeNet: Mix Structure Block for Image Dehazing Network", IJCNN 2024.
    """

    def __init__(self, extractor: dict = dict(type='TinyExtractor'), weights: Sequence[float] | None = None,
                 bounded: bool = False, eps: float = 1e-7, loss_weight: float = 0.1, warm_up: int = 0) -> None:
        super().__init__(extractor, weights, bounded, use_pre=False, eps=eps, loss_weight=loss_weight, warm_up=warm_up)

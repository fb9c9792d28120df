"""A progressive framework around any dehazer: inspired by IICL [xu2023]_, of which no more than the abstract is public.

Known are the parts and the purpose: an efficient pre-restore module (PRM) and an alternative restored module (ARM),
because the way from hazy to clear is long, and contrastive losses between images and within one. How they are built and
weighed here is our reading. No figure of the paper is claimed, nor was any at hand to compare with.

.. [xu2023] H. Xu, S. Liu, Y. Shu, F. Jiang, "A Progressive Image Dehazing Framework with Inter and Intra Contrastive
   Learning", ICASSP 2023.
"""
from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from .base import BaseDehazer, Guide

FUSIONS = ('concat', 'replace')


@MODELS.register_module()
class ProgressiveDehazer(BaseDehazer):
    r"""First takes off what a simple model can, then restores the rest: :math:`J_p = PRM(I)`, :math:`J = ARM(J_p, I)`.

    Trained with :math:`\mathcal{L}(J) + \lambda_p |J_p - J^*|_1`, where :math:`\mathcal{L}` are the ``losses``; they
    get the pre-restored photo, too.

    Args:
        arm: any registered dehazer; its own losses are not used.
        prm: likewise, such as ``ScatteringNet``, ``AODNet`` or ``DarkChannelPrior``; None leaves the photo as it is.
        fuse: what the ARM sees: ``'concat'``, a 1x1 convolution of both :math:`J_p` and I, at first :math:`J_p` alone;
            or ``'replace'``, :math:`J_p`.
        passes: how often all of it is gone through, with the same weights.
        pre_weight: :math:`\lambda_p`.
        detach_prm: whether the PRM learns from its own loss alone.
        **settings: those of :class:`BaseDehazer`.
    """

    def __init__(self,
                 arm: dict,
                 prm: dict | None = dict(type='ScatteringNet'),
                 fuse: str = 'concat',
                 passes: int = 1,
                 pre_weight: float = 0.5,
                 detach_prm: bool = False,
                 **settings: Any) -> None:
        super().__init__(**settings)
        if fuse not in FUSIONS or passes < 1:
            raise ValueError(f'fuse is one of {", ".join(FUSIONS)} and passes at least 1, got {fuse!r} and {passes}.')
        # without losses of their own, whose extractors would be carried along for nothing
        self.arm = MODELS.build(dict(arm, losses={}))
        self.prm = MODELS.build(dict(prm, losses={})) if prm else None
        self.whole_photo = any(part.whole_photo for part in (self.arm, self.prm) if part)  # type: ignore[misc]
        self.guided_channels = self.arm.guided_channels
        self.passes, self.pre_weight, self.detach_prm = passes, pre_weight, detach_prm
        self.fuse = None
        if self.prm is not None and fuse == 'concat':
            self.fuse = nn.Conv2d(6, 3, 1)
            with torch.no_grad():
                self.fuse.bias.zero_()
                self.fuse.weight.copy_(torch.cat([torch.eye(3), torch.zeros(3, 3)], dim=1)[..., None, None])

    def restore(self, hazy: Tensor, guide: Guide | None = None) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same; not clamped. The guide is for the ARM."""
        return self.restore_in_steps(hazy, guide=guide)[1]

    def restore_in_steps(self, hazy: Tensor, passes: int | None = None,
                         guide: Guide | None = None) -> tuple[Tensor, Tensor]:
        """The pre-restored photo of the first pass and the restored one of the last.

        Args:
            hazy: (N, 3, H, W) RGB in [0, 1].
            passes: how many, other than it was built with.
            guide: for the ARM, see :meth:`BaseDehazer.dehaze`.
        """
        first, restored = None, hazy
        for _ in range(passes or self.passes):
            pre = self.prm.dehaze(restored) if self.prm is not None else restored
            first = pre if first is None else first
            given = pre.detach() if self.detach_prm else pre
            seen = self.fuse(torch.cat([given, restored], dim=1)) if self.fuse else given
            restored = self.arm.dehaze(seen, guide)
        return first, restored

    def learn(self, given: Tensor, clear: Tensor, hazy: Tensor, guide: Guide | None = None) -> dict[str, Tensor]:
        """The losses by name, and ``loss_pre`` of the PRM, where it can learn."""
        pre, restored = self.restore_in_steps(given, guide=guide)
        losses = self.compare(restored, clear, hazy, pre.detach() if self.prm is not None else None)
        if pre.requires_grad and self.prm is not None:
            losses['loss_pre'] = self.pre_weight * F.l1_loss(pre, clear)
        return losses

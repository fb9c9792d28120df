from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

from ...registry import MODELS


@MODELS.register_module()
class DualChannel(BaseModule):
    """MagNet's two channels: each is encoded by itself, the photo as E_i and its haze as E_h.

    ``dict(task=(N, 3, H, W), magnifier=(N, 3, h, w))`` -> ``(E_i, E_h)``, the last stage of each encoder; without a
    magnifier in the inputs, ``(E_i,)``.

    Args:
        encoder: any backbone of mmpretrain, as a config.
        share_weights: one encoder for both channels, as Network Constraint has it, or one each.
        init_cfg: see :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, encoder: dict, share_weights: bool = False, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.share_weights = share_weights
        self.task = MODELS.build(encoder)
        if not share_weights:
            self.magnifier = MODELS.build(encoder)

    def forward(self, inputs: dict[str, Tensor]) -> tuple[Tensor, ...]:
        """The features of the channels that are there, see the class."""
        task = self.task(inputs['task'])[-1]
        if 'magnifier' not in inputs:
            return (task,)
        if not self.share_weights:
            return task, self.magnifier(inputs['magnifier'])[-1]
        with running_statistics_kept(self.task):
            return task, self.task(inputs['magnifier'])[-1]


@contextmanager
def running_statistics_kept(encoder: nn.Module) -> Iterator[None]:
    """While it lasts, batch norms of ``encoder`` in training normalise with the batch and remember nothing of it.

    Inference sees the task channel alone. Running statistics averaged over both channels fit neither: such a network
    trains well and collapses when tested.
    """
    norms = [norm for norm in encoder.modules() if isinstance(norm, _NormBase) and norm.track_running_stats
             and norm.training]
    for norm in norms:
        norm.track_running_stats = False
    try:
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True

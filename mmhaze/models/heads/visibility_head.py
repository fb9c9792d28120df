from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mmengine.model import BaseModule
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from ...registry import MODELS
from ..losses import visibility_loss

LIMIT = 20_000.0  # metres: as far as the common instruments for roads and airfields measure
KILOMETRE = math.log(1000.0)


@MODELS.register_module()
class VisibilityHead(BaseModule):
    r"""Visibility in metres: one number f a photo, its natural logarithm, under a loss that knows the instrument's end.

    :math:`f = \ln 1000 + w \cdot x + b`: the layer gives the logarithm of kilometres, since what is to be learnt is
    then small and about 0, and training does not begin at a visibility of one metre. See
    :func:`~mmhaze.models.visibility_loss` for the loss. It takes the (N, C) vectors of any backbone and neck,
    as the host's ``LinearClsHead`` does.

    Samples need ``visibility``, metres, which ``dict(type='PackInputs', algorithm_keys=['visibility'])`` packs.
    Predictions have ``pred_visibility``, metres, and neither labels nor scores:
    :class:`~mmhaze.metrics.VisibilityError` judges them.

    Args:
        in_channels: C.
        limit: L, metres; a measured visibility of L or more says "at least L".
        beta: below what difference of logarithms the loss is a square.
        init_cfg: see :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, in_channels: int, limit: float = LIMIT, beta: float = 0.1,
                 init_cfg: dict | None = dict(type='Normal', layer='Linear', std=0.01)) -> None:
        super().__init__(init_cfg)
        if not 0 < limit < math.inf:
            raise ValueError(f'limit is a distance in metres above 0, got {limit}.')
        self.in_channels = in_channels
        self.limit = limit
        self.beta = beta
        self.fc = nn.Linear(in_channels, 1)

    def pre_logits(self, feats: tuple[Tensor, ...]) -> Tensor:
        """What the linear layer sees, the last of the features, (N, C)."""
        return feats[-1]

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """The last of the features, (N, C) -> the natural logarithm of visibility in metres, (N,) float32."""
        # in mixed precision a half has three digits, and ends at 65 km once it is metres
        return self.fc(self.pre_logits(feats)).squeeze(1).float() + KILOMETRE

    def loss(self, feats: tuple[Tensor, ...], data_samples: list[DataSample]) -> dict[str, Tensor]:
        """``loss``, from the features and the samples' ``visibility``.

        Raises:
            ValueError: a sample has no visibility, or one that is not above 0.
        """
        log_visibility = self(feats)
        measured = log_visibility.new_tensor([measured_visibility(sample) for sample in data_samples])
        return dict(loss=visibility_loss(log_visibility, measured, limit=self.limit, beta=self.beta))

    def predict(self, feats: tuple[Tensor, ...],
                data_samples: list[DataSample | None] | None = None) -> list[DataSample]:
        """The samples with ``pred_visibility``, metres; new samples where there are none."""
        metres = self(feats).exp().tolist()
        samples = [sample or DataSample() for sample in data_samples or [None] * len(metres)]
        for sample, visibility in zip(samples, metres):
            sample.set_field(visibility, 'pred_visibility')
        return samples


def measured_visibility(sample: DataSample | Mapping[str, Any]) -> float:
    """The ``visibility`` of a sample, metres above 0.

    Raises:
        ValueError: it has none, or one that is not above 0.
    """
    value = sample.get('visibility')
    try:
        metres = math.nan if value is None else float(value)
    except (TypeError, ValueError):
        metres = math.nan
    if not metres > 0:
        raise ValueError(f'{sample.get("img_path", "A photo without a path")}: wanted visibility, metres above 0, got '
                         f"{value}. The data set gives it, and dict(type='PackInputs', algorithm_keys=['visibility']) "
                         'packs it.')
    return metres

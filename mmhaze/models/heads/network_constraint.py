from __future__ import annotations

from mmengine.model import BaseModule
from mmpretrain.structures import DataSample
from torch import Tensor

from ...registry import MODELS
from ..pooling import pool_feature


@MODELS.register_module()
class NetworkConstraintHead(BaseModule):
    """Network Constraint, Eq. 11 and 14: L = L_cls(E_i) + m L_sim(E_i, E_h).

    The photo is classified from E_i alone, and while training E_i is drawn towards the feature of the photo's haze. At
    inference there is nothing of the magnifier: no map, and no second pass.

    With a ``neck`` it goes together with Feature Enhancement: E_f is classified, while E_i and E_h are drawn together,
    and inference needs the map again.

    Args:
        head: the classifier of E_i, any head of mmpretrain that takes (N, C) vectors, as a config.
        neck: what makes one vector of both features, :class:`~mmhaze.models.FeatureEnhancement`, as a config; None for
            E_i alone.
        constraint: L_sim with its weight m, :class:`~mmhaze.models.FeatureKLLoss` or
            :class:`~mmhaze.models.FeatureL2Loss`, as a config.
        init_cfg: see :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, head: dict, constraint: dict = dict(type='FeatureKLLoss'), neck: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.neck = None if neck is None else MODELS.build(neck)
        self.head = MODELS.build(head)
        self.constraint = MODELS.build(constraint)

    def pre_logits(self, features: tuple[Tensor, ...]) -> Tensor:
        """What the last linear layer sees, (N, C)."""
        return self.head.pre_logits(self.classified(features))

    def forward(self, features: tuple[Tensor, ...]) -> Tensor:
        """``(E_i,)`` or ``(E_i, E_h)`` -> class scores, (N, classes), of E_i alone or, with a ``neck``, of E_f."""
        return self.head(self.classified(features))

    def loss(self, features: tuple[Tensor, Tensor], data_samples: list[DataSample], **kwargs) -> dict[str, Tensor]:
        """The losses of ``head``, and ``loss_constraint``, m L_sim."""
        if len(features) != 2:
            raise ValueError(f'Network Constraint trains on two features, E_i and E_h, got {len(features)}. Is there '
                             'no magnifier in the inputs of the training pipeline?')
        losses = self.head.loss(self.classified(features), data_samples, **kwargs)
        losses['loss_constraint'] = self.constraint(*features)
        return losses

    def predict(self, features: tuple[Tensor, ...],
                data_samples: list[DataSample] | None = None) -> list[DataSample]:
        """The predictions of ``head`` from E_i or, with a ``neck``, E_f."""
        return self.head.predict(self.classified(features), data_samples)

    def classified(self, features: tuple[Tensor, ...]) -> tuple[Tensor]:
        """The vector that ``head`` sees, in a tuple: E_i, (N, C), or what ``neck`` makes of both features."""
        return (pool_feature(features[0]),) if self.neck is None else self.neck(features)

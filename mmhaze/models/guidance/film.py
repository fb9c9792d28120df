"""Words that scale and shift whole features; and the control that learns a vector a domain, without words."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from ...registry import MODELS
from .words import Fusion, Words


@MODELS.register_module()
class TextFiLM(Fusion):
    r"""Feature-wise linear modulation [perez2018]_: :math:`F' = (1 + \gamma(t)) F + \beta(t)`, both 0 at first.

    Args:
        channels, width, domains: those of :class:`Fusion`.

    .. [perez2018] E. Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", AAAI 2018.
    """

    within = True

    def __init__(self, channels: int, width: int, domains: int) -> None:
        super().__init__(channels, width, domains)
        self.modulate = nn.Linear(width, 2 * channels)
        nn.init.zeros_(self.modulate.weight)
        nn.init.zeros_(self.modulate.bias)

    def change(self, features: Tensor, words: Words) -> Tensor:
        """(N, C, h, w) -> the same shape."""
        gamma, beta = self.modulate(words.chosen)[..., None, None].chunk(2, dim=1)
        return features * (1 + gamma) + beta


@MODELS.register_module()
class ClassEmbedding(Fusion):
    """Adds a learned vector of the photo's domain to its features: what the label is worth without any words.

    Args:
        channels, width, domains: those of :class:`Fusion`.
    """

    within = True

    def __init__(self, channels: int, width: int, domains: int) -> None:
        super().__init__(channels, width, domains)
        self.vectors = nn.Parameter(torch.zeros(domains, channels))

    def change(self, features: Tensor, words: Words) -> Tensor:
        """(N, C, h, w) -> the same shape."""
        return features + (words.shares @ self.vectors)[..., None, None]


@MODELS.register_module()
class NoFusion(Fusion):
    """Does nothing with the words: the other control."""

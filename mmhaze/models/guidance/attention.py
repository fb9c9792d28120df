r"""CALIP's attention [guo2023]_ between the features of a dehazer and the vectors of its domains.

.. [guo2023] Z. Guo et al., "CALIP: Zero-Shot Enhancement of CLIP with Parameter-Free Attention", AAAI 2023.
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from .words import Fusion, Words


@MODELS.register_module()
class CalipAttention(Fusion):
    r"""Each place of the features asks the domains: :math:`F' = F + Post(softmax_K(Q(F) K(T)^T / \sqrt d) V(T))`.

    The parametric attention of CALIP, with its three projections, used densely in a dehazer: our reading. All domains
    are asked, whatever the photo's share in them. ``Post`` is 0 at first, so that training starts from the network
    without words.

    Args:
        channels, width, domains: those of :class:`Fusion`; with one domain alone there would be nothing to choose.
        dim: d.

    Raises:
        ValueError: there is one domain.
    """

    within = True

    def __init__(self, channels: int, width: int, domains: int, dim: int = 32) -> None:
        super().__init__(channels, width, domains)
        _want_two(self, domains)
        self.query = nn.Conv2d(channels, dim, 1)
        # what they add to all scores of a place alike cancels in the softmax
        self.key = nn.Linear(width, dim, bias=False)
        self.value = nn.Linear(width, dim)
        self.post = nn.Conv2d(dim, channels, 1)
        nn.init.zeros_(self.post.weight)
        nn.init.zeros_(self.post.bias)

    def change(self, features: Tensor, words: Words) -> Tensor:
        """(N, C, h, w) -> the same shape."""
        scores = torch.einsum('ndhw,kd->nkhw', self.query(features), self.key(words.vectors))
        weights = (scores / math.sqrt(self.query.out_channels)).softmax(1)
        return features + self.post(torch.einsum('nkhw,kd->ndhw', weights, self.value(words.vectors)))


@MODELS.register_module()
class ParameterFreeAttention(Fusion):
    r"""CALIP's attention without parameters: :math:`F' = F + \epsilon |F| \, softmax_K(2 \hat F \hat T^T) \hat T`.

    Features and vectors of text are of different widths here, so the vectors are first turned into the features' space
    by a fixed random projection with orthonormal rows or columns; hats are of unit length, place by place. Nothing is
    learned, so the words mean nothing to the network but what it makes of them elsewhere. Our reading.

    Args:
        channels, width, domains: those of :class:`Fusion`.
        strength: :math:`\epsilon`.
        seed: of the projection.

    Raises:
        ValueError: there is one domain.
    """

    within = True
    projection: Tensor

    def __init__(self, channels: int, width: int, domains: int, strength: float = 0.1, seed: int = 0) -> None:
        super().__init__(channels, width, domains)
        _want_two(self, domains)
        self.strength = strength
        drawn = torch.randn(max(channels, width), min(channels, width), generator=torch.Generator().manual_seed(seed))
        basis = torch.linalg.qr(drawn)[0]
        self.register_buffer('projection', basis if width >= channels else basis.T)  # (D, C)

    def change(self, features: Tensor, words: Words) -> Tensor:
        """(N, C, h, w) -> the same shape."""
        text = F.normalize(words.vectors @ self.projection, dim=1)
        weights = (2 * torch.einsum('nchw,kc->nkhw', F.normalize(features, dim=1), text)).softmax(1)
        found = torch.einsum('nkhw,kc->nchw', weights, text)
        return features + self.strength * features.norm(dim=1, keepdim=True) * found


def _want_two(fusion: Fusion, domains: int) -> None:
    if domains < 2:
        raise ValueError(f'{type(fusion).__name__} wants at least two domains to choose from, got {domains}.')

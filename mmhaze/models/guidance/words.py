"""What is known in words of the photos of a batch."""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Words:
    """Vectors of the domains, such as indoor and outdoor, and how much each photo belongs to them.

    Attributes:
        vectors: (K, D), of the domains.
        shares: (N, K), of each photo in each domain; they add up to 1.
    """

    vectors: Tensor
    shares: Tensor

    @property
    def chosen(self) -> Tensor:
        """The vector of each photo, (N, D): the mean of the domains' by its shares."""
        return self.shares @ self.vectors


class Fusion(nn.Module):
    """Brings words into a dehazer; a subclass does it before the network, within, or both.

    Attributes:
        planes: how many planes :meth:`planes_of` gives.
        within: whether :meth:`change` does anything.

    Args:
        channels: C of the features within, see :class:`mmhaze.models.BaseDehazer`.
        width: D, of the vectors.
        domains: K.
    """

    planes: int = 0
    within: bool = False

    def __init__(self, channels: int, width: int, domains: int) -> None:
        super().__init__()

    def planes_of(self, photos: Tensor, words: Words) -> Tensor:
        """(N, 3, H, W) RGB in [-1, 1] -> planes to stand beside the colours, (N, planes, H, W), in the same range."""
        return photos[:, :0]

    def change(self, features: Tensor, words: Words) -> Tensor:
        """Features in the middle of the network, (N, C, h, w) -> the same shape."""
        return features


def one_of_each(shares: Tensor) -> Tensor:
    """(N, K) shares -> 1 for the largest of each photo, 0 for the others."""
    return torch.zeros_like(shares).scatter(1, shares.argmax(1, keepdim=True), 1.0)

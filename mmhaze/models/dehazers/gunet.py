"""gUNet [song2022]_, from its published layers.

.. [song2022] Y. Song et al., "Rethinking Performance Gains in Image Dehazing Networks", arXiv 2209.11448, 2022.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from torch import Tensor, nn

from ...registry import MODELS
from .base import BaseDehazer, Guide
from .skip_fusion import SkipFusion


class GatedBlock(nn.Module):
    r"""(N, C, H, W) -> the same: :math:`x + P(V(n) \odot \sigma(G(n)))`, n the normalised x.

    Args:
        channels: C.
        depth: blocks of the whole network; the deeper it is, the smaller are the weights at first.
    """

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.value = nn.Sequential(
            nn.Conv2d(channels, channels, 1),
            nn.Conv2d(channels, channels, 5, padding=2, groups=channels, padding_mode='reflect'))
        self.gate = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.Sigmoid())
        self.project = nn.Conv2d(channels, channels, 1)
        for conv in (*self.value, self.gate[0], self.project):
            fans = sum(nn.init._calculate_fan_in_and_fan_out(conv.weight))
            nn.init.trunc_normal_(conv.weight, std=(8 * depth)**-0.25 * math.sqrt(2 / fans))
            nn.init.zeros_(conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        normed = self.norm(x)
        return x + self.project(self.value(normed) * self.gate(normed))


@MODELS.register_module()
class GUNet(BaseDehazer):
    """gUNet: seven stages of gated blocks, at 1, 1/2, 1/4, 1/8 and back, whose result is added to the photo.

    Args:
        arch: ``'t'``, ``'s'``, ``'b'`` or ``'d'``, or how many blocks each stage has, an odd number of stages.
        width: channels at full resolution; they double with every halving.
        **settings: those of :class:`BaseDehazer`.
    """

    ARCHS: ClassVar[dict[str, tuple[int, ...]]] = dict(
        t=(2, 2, 2, 4, 2, 2, 2), s=(4, 4, 4, 8, 4, 4, 4), b=(8, 8, 8, 16, 8, 8, 8), d=(16, 16, 16, 32, 16, 16, 16))
    value_range = (-1.0, 1.0)
    whole_photo = True

    def __init__(self, arch: str | Sequence[int] = 't', width: int = 24, **settings: Any) -> None:
        super().__init__(**settings)
        depths = self.ARCHS.get(arch, ()) if isinstance(arch, str) else tuple(arch)
        if len(depths) % 2 == 0:
            raise ValueError(f'arch is one of {", ".join(self.ARCHS)} or an odd number of depths, got {arch!r}.')
        halvings = len(depths) // 2
        widths = [width * 2**level for level in range(halvings + 1)]
        self.multiple = 2**halvings  # type: ignore[misc]
        self.min_size = 3 * self.multiple  # type: ignore[misc]  # the coarsest stage reflects two pixels
        # those at a quarter of the resolution, on the way down
        self.guided_stage = min(2, halvings)
        self.guided_channels = widths[self.guided_stage]
        self.embed = nn.Conv2d(3, width, 3, padding=1, padding_mode='reflect')
        self.stages = nn.ModuleList(
            nn.Sequential(*(GatedBlock(channels, sum(depths)) for _ in range(depth)))
            for channels, depth in zip([*widths, *widths[-2::-1]], depths))
        self.downs = nn.ModuleList(nn.Conv2d(high, low, 2, stride=2) for high, low in zip(widths, widths[1:]))
        self.ups = nn.ModuleList(nn.Sequential(nn.Conv2d(low, 4 * high, 1), nn.PixelShuffle(2))
                                 for high, low in zip(widths, widths[1:]))
        self.skips = nn.ModuleList(nn.Conv2d(channels, channels, 1) for channels in widths[:-1])
        self.fusions = nn.ModuleList(SkipFusion(channels) for channels in widths[:-1])
        self.head = nn.Conv2d(width, 3, 3, padding=1, padding_mode='reflect')

    def restore(self, hazy: Tensor, guide: Guide | None = None) -> Tensor:
        """(N, 3, H, W) RGB in [-1, 1] -> the same; H and W multiples of 8 with seven stages."""
        halvings = len(self.downs)
        x, kept = self.embed(hazy), []
        for level in range(halvings + 1):
            x = self.stages[level](x)
            if guide is not None and level == self.guided_stage:
                x = guide(x)
            if level < halvings:
                kept.append(self.skips[level](x))
                x = self.downs[level](x)
        for level in reversed(range(halvings)):
            x = self.fusions[level](self.ups[level](x), kept[level])
            x = self.stages[len(self.stages) - 1 - level](x)
        return self.head(x) + hazy

"""MixDehazeNet [lu2024]_, from its published layers.

.. [lu2024] L. Lu et al., "MixDehazeNet: Mix Structure Block for Image Dehazing Network", IJCNN 2024.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ...registry import MODELS
from .base import BaseDehazer, Guide
from .skip_fusion import SkipFusion

WIDTHS = (24, 48, 96)


def reflecting(inputs: int, outputs: int, size: int, **settings: Any) -> nn.Conv2d:
    """A convolution that keeps the size of an image and reflects it at the border."""
    padding = settings.get('dilation', 1) * (size // 2)
    return nn.Conv2d(inputs, outputs, size, padding=padding, padding_mode='reflect', **settings)


def mixing(channels: int) -> nn.Sequential:
    """What joins three branches: 3C -> 4C -> C, point by point."""
    return nn.Sequential(nn.Conv2d(3 * channels, 4 * channels, 1), nn.GELU(), nn.Conv2d(4 * channels, channels, 1))


class ParallelKernels(nn.Module):
    """The multi-scale parallel large convolution kernels: views of 19, 13 and 7 pixels side by side, (N, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.local = nn.Sequential(nn.Conv2d(channels, channels, 1), reflecting(channels, channels, 5))
        self.views = nn.ModuleList(
            reflecting(channels, channels, size, groups=channels, dilation=3) for size in (7, 5, 3))
        self.mix = mixing(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.local(self.norm(x))
        x = torch.cat([view(x) for view in self.views], dim=1)  # under the same name, or both would be kept
        return self.mix(x)


class ParallelAttention(nn.Module):
    """The enhanced parallel attention: simple pixel attention, channel and pixel attention side by side."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.value = nn.Sequential(
            nn.Conv2d(channels, channels, 1), reflecting(channels, channels, 3, groups=channels))
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels, 1), nn.Sigmoid())
        self.channel = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels, 1), nn.GELU(), nn.Conv2d(channels, channels, 1),
            nn.Sigmoid())
        self.pixel = nn.Sequential(
            nn.Conv2d(channels, channels // 8, 1), nn.GELU(), nn.Conv2d(channels // 8, 1, 1), nn.Sigmoid())
        self.mix = mixing(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x)
        x = torch.cat([self.value(x) * self.gate(x), self.channel(x) * x, self.pixel(x) * x], dim=1)
        return self.mix(x)


class MixStructureBlock(nn.Module):
    """(N, C, H, W) -> the same, each half added to what it takes."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.kernels = ParallelKernels(channels)
        self.attention = ParallelAttention(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.kernels(x)
        return x + self.attention(x)


@MODELS.register_module()
class MixDehazeNet(BaseDehazer):
    r"""MixDehazeNet: five stages of mix structure blocks at 1, 1/2, 1/4, 1/2 and 1 of the resolution [lu2024]_.

    The head gives K, one plane, and B, three: :math:`J = K \odot I - B + I`, as the scattering model solved for the
    clear photo.

    Args:
        arch: ``'t'``, ``'s'``, ``'b'`` or ``'l'``, or how many blocks each of the five stages has.
        widths: channels at 1, 1/2 and 1/4 of the resolution, each at least 8.
        extra_planes: how many planes stand beside the colours of what it takes, such as those of ``PAFusion``.
        **settings: those of :class:`BaseDehazer`.
    """

    ARCHS: ClassVar[dict[str, tuple[int, ...]]] = dict(
        t=(1, 1, 2, 1, 1), s=(2, 2, 4, 2, 2), b=(4, 4, 8, 4, 4), l=(8, 8, 16, 8, 8))
    value_range = (-1.0, 1.0)
    multiple = 4
    min_size = 40  # a quarter of it still has more than the 9 pixels by which the widest view reflects
    whole_photo = True

    def __init__(self, arch: str | Sequence[int] = 't', widths: Sequence[int] = WIDTHS,
                 extra_planes: int = 0, **settings: Any) -> None:
        super().__init__(**settings)
        depths = self.ARCHS.get(arch, ()) if isinstance(arch, str) else tuple(arch)
        if len(depths) != 5 or len(widths) != 3 or min(widths) < 8:
            raise ValueError(f'arch is one of {", ".join(self.ARCHS)} or five numbers of blocks, and widths are three '
                             f'of at least 8; got {arch!r} and {widths!r}.')
        full, half, quarter = widths
        self.extra_planes, self.guided_channels = extra_planes, quarter
        self.embed = reflecting(3 + extra_planes, full, 3)
        self.stages = nn.ModuleList(
            nn.Sequential(*(MixStructureBlock(channels) for _ in range(depth)))
            for channels, depth in zip((full, half, quarter, half, full), depths))
        self.downs = nn.ModuleList([reflecting(full, half, 3, stride=2), reflecting(half, quarter, 3, stride=2)])
        self.ups = nn.ModuleList(
            nn.Sequential(nn.Conv2d(low, 4 * high, 1), nn.PixelShuffle(2))
            for low, high in ((quarter, half), (half, full)))
        self.skips = nn.ModuleList([nn.Conv2d(full, full, 1), nn.Conv2d(half, half, 1)])
        self.fusions = nn.ModuleList([SkipFusion(half), SkipFusion(full)])
        self.head = reflecting(full, 4, 3)

    def restore(self, hazy: Tensor, guide: Guide | None = None) -> Tensor:
        """(N, 3 and more, H, W) in [-1, 1] -> (N, 3, H, W) RGB; H and W multiples of 4, at least 40."""
        x, kept = self.embed(hazy), []
        for level in (0, 1):
            x = self.stages[level](x)
            kept.append(x)
            x = self.downs[level](x)
        x = self.stages[2](x)
        x = x if guide is None else guide(x)
        for level in (1, 0):
            x = self.ups[1 - level](x)
            x = self.fusions[1 - level](x, self.skips[level](kept.pop())) + x
            x = self.stages[4 - level](x)
        k, b = self.head(x).split((1, 3), dim=1)
        rgb = hazy[:, :3]
        return k * rgb - b + rgb

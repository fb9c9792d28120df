"""Numbers and fields drawn for each picture of a batch."""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


class Draws:
    """Draws for ``count`` pictures; numbers are (N, 1, 1, 1), so that they broadcast over pictures.

    Args:
        count: N.
        generator: where the draws come from; the same seed gives the same pictures on every machine's CPU.
    """

    def __init__(self, count: int, generator: torch.Generator) -> None:
        self.count, self.generator = count, generator

    def even(self, low: float, high: float, channels: int = 1) -> Tensor:
        """Evenly from low to high, (N, channels, 1, 1)."""
        return torch.rand(self.count, channels, 1, 1, generator=self.generator) * (high - low) + low

    def ratio(self, low: float, high: float) -> Tensor:
        """From low to high, equal ratios as likely."""
        return self.even(math.log(low), math.log(high)).exp()

    def factor(self, spread: float, channels: int = 1) -> Tensor:
        """About 1: e to a normal draw of this standard deviation, (N, channels, 1, 1)."""
        return (torch.randn(self.count, channels, 1, 1, generator=self.generator) * spread).exp()

    def happens(self, share: float) -> Tensor:
        """Which pictures something happens in, bool."""
        return self.even(0, 1) < share

    def field(self, size: tuple[int, int], octaves: int = 4, cells: float = 2, persistence: float = 0.6,
              stretch: float = 1.0) -> Tensor:
        """Smooth noise of mean 0 and a standard deviation of about 1, (N, 1, H, W).

        Args:
            size: (H, W).
            octaves: how many layers; each next one is twice as fine.
            cells: along the height, of the first layer.
            persistence: the amplitude of each layer over that of the one before.
            stretch: how much longer than high the cells are.
        """
        height, width = size
        total, square = torch.zeros(self.count, 1, height, width), 0.0
        for octave in range(octaves):
            rows = max(2, round(cells * 2**octave))
            columns = max(2, round(cells * 2**octave * width / height / stretch))
            grid = torch.randn(self.count, 1, rows, columns, generator=self.generator)
            total += persistence**octave * F.interpolate(grid, size, mode='bicubic', align_corners=True)
            square += persistence**(2 * octave)
        return total / math.sqrt(square)

"""Noise of several octaves: over the picture, along a line, and over the metres of a surface."""
from __future__ import annotations

import cv2
import numpy as np

_SIDE = 256  # cells after which a tile repeats


def field(rng: np.random.Generator, size: tuple[int, int], cells: float, octaves: int = 4, persistence: float = 0.6,
          stretch: float = 1.0) -> np.ndarray:
    """Smooth noise of mean 0 and a standard deviation of about 1, (H, W) float32.

    Args:
        rng: what it is drawn with.
        size: (H, W), pixels.
        cells: along the height, of the first octave; each next one is twice as fine, down to the pixel.
        octaves: how many.
        persistence: the amplitude of an octave over that of the one before.
        stretch: how much longer than high the cells are.
    """
    height, width = size
    total, square = np.zeros(size, np.float32), 0.0
    for octave in range(octaves):
        rows = int(np.clip(round(cells * 2**octave), 2, max(height, 2)))
        columns = int(np.clip(round(cells * 2**octave * width / height / stretch), 2, max(width, 2)))
        grid = rng.standard_normal((rows, columns), np.float32)
        total += persistence**octave * cv2.resize(grid, (width, height), interpolation=cv2.INTER_LINEAR)
        square += 0.5 * persistence**(2 * octave)  # interpolation halves the variance
    return total / np.float32(np.sqrt(square))


def line(rng: np.random.Generator, length: int, cells: float, octaves: int = 5, persistence: float = 0.5) -> np.ndarray:
    """Smooth noise along a line, (length,) float32, of a standard deviation of about 1."""
    total = np.zeros(length, np.float32)
    for octave in range(octaves):
        count = int(np.clip(round(cells * 2**octave), 2, max(length, 2)))
        knots = rng.standard_normal(count + 1, np.float32)
        total += persistence**octave * np.interp(np.linspace(0, count, length), np.arange(count + 1), knots)
    return total


class Tile:
    """Noise over the plane that repeats after 256 cells, for surfaces whose metres are known for each pixel."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.values = rng.standard_normal((_SIDE, _SIDE), np.float32)

    def at(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Smooth noise at cells (u, v), (H, W) each: (H, W) float32."""
        u, v = ((cells - _SIDE * np.floor(cells / _SIDE)).astype(np.float32) for cells in (u, v))
        return cv2.remap(self.values, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)

    def cell(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """One value for each whole cell (u, v), the shape of ``u``, float32."""
        return self.values[np.floor(v).astype(int) % _SIDE, np.floor(u).astype(int) % _SIDE]

    def layers(self, u: np.ndarray, v: np.ndarray, pixel: np.ndarray, cells: tuple[float, ...]) -> np.ndarray:
        """The mean over ``cells``, metres, of noise at (u, v), metres; cells below ``pixel`` metres fade out."""
        total, finest = np.zeros(u.shape, np.float32), float(pixel.min())
        for number, cell in enumerate(cells):
            if finest < cell * 4 / 3:
                fade = np.minimum(np.maximum(2 - 1.5 / cell * pixel, 0), 1)
                total += fade * self.at(u / cell + 37.1 * number, v / cell + 11.7 * number)
        return total / np.float32(len(cells)**0.5)

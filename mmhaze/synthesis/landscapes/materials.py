"""What surfaces are made of: RGB albedo as a function of the metres on a surface."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .palette import pick
from .value_noise import Tile

# u across and v along or up, metres, and the metres that a pixel spans, all of one shape S -> RGB, (*S, 3) float32
Material = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def mix(under: np.ndarray, over: np.ndarray, share: np.ndarray) -> np.ndarray:
    """``over`` laid on ``under``, (3,) or (*S, 3) each, by ``share``, S in [0, 1]: (*S, 3)."""
    return under + share[..., None].astype(np.float32) * (over - under)


def sharpness(pixel: np.ndarray, width: float) -> np.ndarray:
    """How much of a pattern of ``width`` metres is seen, in [0, 1]: its mean alone where a pixel is as wide."""
    return np.clip(2 - 2 * pixel / width, 0, 1)


@dataclass(frozen=True)
class Mottled:
    """Patches of ``cell`` metres in two colours, with finer ``grain``."""

    tile: Tile
    first: np.ndarray
    second: np.ndarray
    cell: float
    grain: float

    def __call__(self, u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> np.ndarray:
        share = np.minimum(np.maximum(0.5 + self.tile.layers(u, v, pixel, (self.cell, self.cell / 3)), 0), 1)
        grain = 1 + self.grain * self.tile.layers(v, u, pixel, (self.cell / 6, self.cell / 20, self.cell / 60))
        return mix(self.first, self.second, share) * np.minimum(np.maximum(grain, 0.15), 2)[..., None]


@dataclass(frozen=True)
class Stripes:
    """Lines of ``colour``, ``width`` of each ``period`` metres, over a base: across (a, b) . (u, v)."""

    base: Material
    colour: np.ndarray
    period: float
    width: float
    direction: tuple[float, float]

    def __call__(self, u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> np.ndarray:
        across = u * self.direction[0] + v * self.direction[1]
        on = (np.mod(across, self.period) < self.width).astype(np.float32)
        sharp = sharpness(pixel, self.width)
        share = on * sharp + self.width / self.period * (1 - sharp)
        return mix(self.base(u, v, pixel), self.colour, share)


@dataclass(frozen=True)
class Windows:
    """A wall with a window in each ``bay`` by ``storey`` metres that takes ``glazed`` of both; some are lit."""

    base: Material
    tile: Tile
    glass: np.ndarray
    bay: float
    storey: float
    glazed: tuple[float, float]

    def __call__(self, u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> np.ndarray:
        column, row = u / self.bay, v / self.storey
        pane = (np.mod(column, 1) < self.glazed[0]) & (np.mod(row, 1) > 1 - self.glazed[1]) & (row > 0.2)
        bright = np.clip(1 + 0.6 * self.tile.cell(column, row), 0.3, 4)
        sharp = sharpness(pixel, min(self.bay, self.storey))
        share = pane * sharp + self.glazed[0] * self.glazed[1] * (1 - sharp)
        return mix(self.base(u, v, pixel), self.glass * bright[..., None], share)


def draw_wall(rng: np.random.Generator, tile: Tile) -> Material:
    """Plaster, brick, stone, planks or plain paint, often white or grey."""
    first = pick(rng, 'white', 'concrete', 'brick', 'paint', 'rock', 'wood', 'sand', 'black')
    wall: Material = Mottled(tile, first, first * rng.uniform(0.7, 1.0), rng.uniform(0.5, 3), rng.uniform(0.0, 0.2))
    if rng.random() < 0.4:  # courses or planks
        period = rng.uniform(0.1, 0.6)
        direction = ((0.0, 1.0), (1.0, 0.0))[int(rng.random() < 0.4)]
        wall = Stripes(wall, first * rng.uniform(0.4, 1.3), period, period * rng.uniform(0.08, 0.3), direction)
    return wall


def draw_facade(rng: np.random.Generator, tile: Tile) -> Material:
    """A wall with windows, from houses to glass towers."""
    base = draw_wall(rng, tile)
    glazed = (rng.uniform(0.3, 0.95), rng.uniform(0.35, 0.9))
    return Windows(base, tile, pick(rng, 'glass'), rng.uniform(1.5, 6), rng.uniform(2.8, 4), glazed)


def draw_land(rng: np.random.Generator, tile: Tile, *names: str) -> Mottled:
    """Natural ground of one or two of the palettes ``names``."""
    name = str(rng.choice(names))
    second = name if rng.random() < 0.5 else str(rng.choice(names))
    grain = rng.uniform(0.02, 0.12) if name == 'snow' else rng.uniform(0.05, 0.4)
    return Mottled(tile, pick(rng, name), pick(rng, second), float(np.exp(rng.uniform(0, 3.5))), grain)

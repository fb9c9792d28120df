"""Mountains and hills: ridge lines, one before the other."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .canvas import FARTHEST, Camera, Canvas
from .materials import draw_land, mix
from .palette import pick
from .plants import plant
from .value_noise import Tile, field, line


@dataclass(frozen=True)
class Ridge:
    """A ridge from ``far`` metres at its line to ``near`` at its foot; ``line`` are rows, (W,), growing downwards."""

    line: np.ndarray
    far: float
    near: float
    snow: float
    wood: float


def draw_camera(rng: np.random.Generator) -> Camera:
    """From a hill or a valley's ground."""
    return Camera(rng.uniform(2, 30), rng.uniform(0.7, 2), rng.uniform(0.3, 0.8), rng.normal(0, 0.02))


def draw_ridges(rng: np.random.Generator, size: tuple[int, int], count: int, top: float, base: float,
                nearest: float, farthest: float = FARTHEST) -> list[Ridge]:
    """``count`` ridges, the farthest first, whose lines lie about ``top`` to ``base``, shares of the height."""
    rows, columns = size
    bounds = np.exp(np.linspace(np.log(nearest), np.log(farthest), count + 1))[::-1]
    steep, snowy, woody = rng.uniform(0.02, 0.13), rng.random() < 0.35, rng.random() < 0.7
    ridges = []
    for number in range(count):
        level = top + (base - top) * (number / max(count - 1, 1))**rng.uniform(0.7, 1.4)
        rough = rng.uniform(0.35, 0.62)
        swing = steep * rng.uniform(0.5, 1.3) * line(rng, columns, rng.uniform(1, 4), 7, rough)
        wood = rng.uniform(0, 1) * woody
        shaggy = 0.012 * wood * np.abs(line(rng, columns, columns / 4, 2, 0.8)) * (number + 1) / count
        snow = level + steep * rng.uniform(-0.5, 3) if snowy and number < max(1, count - 1) else -1.0
        ridges.append(Ridge((level - swing - shaggy) * rows, bounds[number], bounds[number + 1], snow * rows, wood))
    return ridges


def paint_ridge(rng: np.random.Generator, canvas: Canvas, ridge: Ridge) -> None:
    """Slopes with relief lit by the sun, woods, bare rock or grass, and snow above the row ``ridge.snow``."""
    rows = np.arange(canvas.size[0], dtype=np.float32)[:, None]
    below = rows - ridge.line
    where = below > 0
    if not where.any():
        return
    # hills of one ridge rise from one another: folds slant along the slope
    folds = field(rng, canvas.size, rng.uniform(3, 8), 6, rng.uniform(0.5, 0.75), rng.uniform(0.5, 1.5))
    relief = np.gradient(folds, axis=1) * canvas.light.towards[0] - 0.5 * np.gradient(folds, axis=0)
    sunny = np.clip(0.5 + rng.uniform(0.6, 2.5) * relief, 0, 1.4).astype(np.float32)
    bare, leaves = pick(rng, 'rock', 'grass', 'soil', 'rock'), pick(rng, 'leaves')
    speckle = np.clip(1 + rng.uniform(0.1, 0.5) * rng.standard_normal(canvas.size, np.float32), 0.2, 2)
    wooded = np.clip(0.5 + 2 * (field(rng, canvas.size, 4, 4) * 0.5 + 2 * ridge.wood - 1), 0, 1)
    colour = mix(np.broadcast_to(bare, (*canvas.size, 3)), leaves * speckle[..., None], wooded)
    if ridge.snow > 0:
        height = (ridge.snow - rows) / canvas.size[0] + 0.05 * folds
        colour = mix(colour, pick(rng, 'snow'), np.clip(0.5 + 25 * height, 0, 1))
    light = canvas.light.ambient + canvas.light.sun * sunny[..., None]
    down = np.clip(below / (0.35 * canvas.size[0]), 0, 1)
    canvas.put(where, (colour * light).astype(np.float32), (ridge.far * (ridge.near / ridge.far)**down))


def paint(rng: np.random.Generator, canvas: Canvas) -> None:
    """Two to six ridges, in half of the pictures over a meadow with trees."""
    top = rng.uniform(0.05, 0.5)
    base = min(rng.uniform(top + 0.1, 1.0), 0.95)
    nearest = float(np.exp(rng.uniform(np.log(20), np.log(200))))
    for ridge in draw_ridges(rng, canvas.size, int(rng.integers(2, 7)), top, base, nearest):
        paint_ridge(rng, canvas, ridge)
    if rng.random() < 0.55:
        canvas.ground(draw_land(rng, Tile(rng), 'grass', 'soil', 'snow', 'rock', 'grass'))
        kind, colour = str(rng.choice(['round', 'conifer', 'bare', 'bush'])), pick(rng, 'leaves')
        for _ in range(rng.integers(0, 25)):
            z = float(np.exp(rng.uniform(np.log(6), np.log(120))))
            x = z * rng.uniform(-0.6, 0.6) / canvas.camera.focal
            plant(rng, canvas, kind, (x, 0.0, z), rng.uniform(2, 9), colour)

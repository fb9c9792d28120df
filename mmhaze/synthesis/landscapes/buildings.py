"""Buildings: a skyline over a foreground, and a crowd of roofs seen from above."""
from __future__ import annotations

import numpy as np

from .canvas import Camera, Canvas
from .materials import Material, Mottled, draw_facade, draw_land
from .open_ground import scatter
from .palette import pick
from .value_noise import Tile


def draw_roof(rng: np.random.Generator, tile: Tile) -> Material:
    """Tiles, tar, concrete or white."""
    first = pick(rng, 'roof', 'concrete', 'white', 'asphalt')
    return Mottled(tile, first, first * rng.uniform(0.6, 1), rng.uniform(1, 6), rng.uniform(0.05, 0.25))


def draw_skyline_camera(rng: np.random.Generator) -> Camera:
    """From a street, a bank or a balcony."""
    height = float(np.exp(rng.uniform(np.log(1.5), np.log(40))))
    return Camera(height, rng.uniform(0.7, 2.2), rng.uniform(0.45, 0.95), rng.normal(0, 0.015))


def draw_above_camera(rng: np.random.Generator) -> Camera:
    """From a tower, the horizon above the picture or in its upper part."""
    return Camera(rng.uniform(30, 120), rng.uniform(0.6, 1.6), rng.uniform(-0.7, 0.25), rng.normal(0, 0.02))


def paint_roof_things(rng: np.random.Generator, canvas: Canvas, low: tuple, high: tuple, side: Material) -> None:
    """What stands on a roof: a penthouse, sometimes a mast."""
    (x0, _, z0), (x1, top, z1) = low, high
    wide, deep = x1 - x0, z1 - z0
    x, z, rise = x0 + wide * rng.uniform(0.1, 0.6), z0 + deep * rng.uniform(0.1, 0.5), rng.uniform(1.5, 5)
    canvas.box((x, top, z), (x + 0.3 * wide, top + rise, z + 0.3 * deep), side, side)
    if rng.random() < 0.3:
        canvas.quad((x, top, z), (max(0.4, 0.03 * wide), 0, 0), (0, rng.uniform(5, 40), 0), side)


def paint_gable(canvas: Canvas, low: tuple, high: tuple, side: Material, roof: Material, rise: float) -> None:
    """A house whose ridge runs across the view, ``rise`` metres above the eaves at ``high``."""
    (x0, _, z0), (x1, eaves, z1) = low, high
    middle = (z0 + z1) / 2
    canvas.box(low, high, side, roof)
    for z in (z0, z1):
        canvas.quad((x0, eaves, z), (x1 - x0, 0, 0), (0, rise, middle - z), roof)


def paint_skyline(rng: np.random.Generator, canvas: Canvas) -> None:
    """Rows of buildings at growing distance, before them a park, a square, or a roof."""
    tile = Tile(rng)
    facades = [draw_facade(rng, tile) for _ in range(rng.integers(2, 7))]
    roof = draw_roof(rng, tile)
    near = rng.uniform(2, 6) * max(20.0, canvas.camera.height)
    tall = rng.uniform(8, 60)
    for z in np.geomspace(near, min(near * rng.uniform(3, 25), 560), rng.integers(2, 6)):
        reach = 0.6 * z / canvas.camera.focal
        x, gaps = -reach, rng.uniform(0, 1.5)
        while x < reach:
            wide = max(rng.uniform(8, 40), reach / 12)
            low = (x, 0.0, z * rng.uniform(1, 1.15))
            high = (x + wide, tall * np.exp(rng.normal(0, 0.5)) * (z / near)**0.4, low[2] + wide * rng.uniform(0.3, 1))
            side = facades[rng.integers(len(facades))]
            canvas.box(low, high, side, roof)
            if rng.random() < 0.3:
                paint_roof_things(rng, canvas, low, high, side)
            x += wide * (1 + gaps * rng.random())
    canvas.ground(draw_land(rng, tile, 'grass', 'asphalt', 'concrete', 'sand', 'snow', 'water'))
    scatter(rng, canvas, int(rng.choice([0, 4, 15, 40])), max(6.0, 1.5 * canvas.camera.height), 0.9 * near)


def paint_above(rng: np.random.Generator, canvas: Canvas) -> None:
    """A town of blocks in a turned or straight grid, lower than the camera but for some towers."""
    tile = Tile(rng)
    facades = [draw_facade(rng, tile) for _ in range(rng.integers(1, 6))]
    roofs = [draw_roof(rng, tile) for _ in range(rng.integers(1, 5))]
    height = canvas.camera.height
    gabled = rng.random() < 0.4  # a village or an old town
    tall, crowded, towers = rng.uniform(4, 0.6 * height), rng.uniform(0.5, 0.95), rng.uniform(0, 0.1)
    below = max(float(canvas.down[-1].max()), 0.05)
    z, pitch = height / below * 0.7 + 1, rng.uniform(12, 40)
    while z < 550:
        reach = 0.65 * z / canvas.camera.focal
        x = -reach - pitch * rng.random()
        pitch = max(pitch, 0.13 * z)  # coarser far away, where blocks are smaller than pixels
        while x < reach:
            wide, deep = pitch * rng.uniform(0.5, 1) * crowded, pitch * rng.uniform(0.6, 1) * crowded
            top = tall * rng.uniform(0.4, 1.2) * (1 + 3 * (rng.random() < towers))
            low, high = (x, 0.0, z), (x + wide, min(top, 1.6 * height), z + deep)
            side = facades[rng.integers(len(facades))]
            roof = roofs[rng.integers(len(roofs))]
            if gabled and top < 0.6 * height:
                paint_gable(canvas, low, high, side, roof, deep * rng.uniform(0.15, 0.4))
            else:
                canvas.box(low, high, side, roof)
            if not gabled and z < 150 and rng.random() < 0.3:
                paint_roof_things(rng, canvas, low, high, side)
            x += pitch
        z += pitch
    canvas.ground(draw_land(rng, tile, 'asphalt', 'grass', 'concrete', 'soil', 'snow'))
    scatter(rng, canvas, int(rng.choice([0, 10, 40])), height / below, 300)

"""Between dark masses: a road through a forest, a gorge, and the view through a railing."""
from __future__ import annotations

import numpy as np

from . import open_ground, water
from .canvas import Camera, Canvas
from .materials import Material, Mottled, Stripes, draw_land
from .palette import pick
from .plants import plant
from .value_noise import Tile


def draw_camera(rng: np.random.Generator) -> Camera:
    """At the height of eyes."""
    return Camera(rng.uniform(1.2, 3), rng.uniform(0.6, 1.6), rng.uniform(0.3, 0.7), rng.normal(0, 0.02))


def paint_forest(rng: np.random.Generator, canvas: Canvas) -> None:
    """A path or road, straight or bent, between rows of trees."""
    tile = Tile(rng)
    half, bend, drift = rng.uniform(1, 5), rng.uniform(-2e-3, 2e-3), rng.uniform(-0.1, 0.1)
    canvas.ground(draw_path(rng, tile, half, bend, drift))
    kinds = rng.choice(['round', 'conifer', 'bush', 'conifer', 'bare'], 2)
    colours = [pick(rng, 'leaves') * rng.uniform(0.4, 1) for _ in range(3)]
    tall, wild = rng.uniform(5, 20), rng.uniform(0.5, 8)
    for z in np.geomspace(rng.uniform(4, 8), 250, int(rng.integers(12, 32))):
        for side in (-1, 1):
            x = drift * z + bend * z * z + side * (half + 1 + 0.25 * tall + wild * rng.random())
            kind = str(kinds[rng.integers(2)])
            height = tall * rng.uniform(0.6, 1.2) * (0.3 if kind == 'bush' else 1)
            plant(rng, canvas, kind, (x, 0.0, float(z) * rng.uniform(0.9, 1.1)), height, colours[rng.integers(3)])
    open_ground.paint_far_edge(rng, canvas, 280.0)


def draw_path(rng: np.random.Generator, tile: Tile, half: float, bend: float, drift: float) -> Material:
    """Land with a path of this half width, metres, along x = drift z + bend z^2."""
    land = draw_land(rng, tile, 'grass', 'soil', 'leaves', 'snow')
    path = draw_land(rng, tile, 'soil', 'sand', 'asphalt', 'snow', 'concrete')

    def material(u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> np.ndarray:
        on = np.abs(u - drift * v - bend * v * v) < half + 0.2 * tile.at(u, v)
        return np.where(on[..., None], path(u, v, pixel), land(u, v, pixel))

    return material


def paint_gorge(rng: np.random.Generator, canvas: Canvas) -> None:
    """Walls of rock, of houses or of a cutting at both sides, of changing height, that leave a gap."""
    tile = Tile(rng)
    rocks = [draw_land(rng, tile, 'rock', 'rock', 'leaves', 'concrete', 'brick') for _ in range(3)]
    half, tall = rng.uniform(1.5, 8), rng.uniform(3, 40)
    edges = np.geomspace(rng.uniform(1, 4), rng.uniform(40, 400), int(rng.integers(5, 18)))
    for side in (-1, 1):
        for z0, z1 in zip(edges, edges[1:]):
            inner = side * half * rng.uniform(1, 2)
            outer = inner + side * rng.uniform(10, 60)
            low, high = min(inner, outer), max(inner, outer)
            material = rocks[rng.integers(3)]
            canvas.box((low, 0, z0), (high, tall * rng.uniform(0.5, 1.2), z1 * 1.01), material, material)
    canvas.ground(draw_path(rng, tile, half, 0.0, 0.0))


def paint_railing(rng: np.random.Generator, canvas: Canvas) -> None:
    """Posts and rails 1.5 to 5 m ahead, before water or open ground."""
    tile, colour = Tile(rng), pick(rng, 'black', 'white', 'concrete', 'wood', 'paint')
    steel = Mottled(tile, colour, colour * 0.8, 0.5, 0.1)
    z, turn = rng.uniform(1.5, 5), rng.uniform(-0.25, 0.25)
    reach = 0.8 * z / canvas.camera.focal
    top, gap, bar = rng.uniform(0.9, 1.3), rng.uniform(0.1, 0.8), rng.uniform(0.015, 0.06)
    if rng.random() < 0.3:  # a parapet
        steel, bar = Mottled(tile, colour, colour * 0.7, 0.5, 0.2), 0.5 * gap
    for level in (0.1, top):
        canvas.quad((-reach, level, z - turn * reach), (2 * reach, 0, 2 * turn * reach), (0, 0.08, 0), steel)
    for x in np.arange(-reach, reach, gap):
        canvas.quad((x, 0.1, z + turn * x), (bar, 0, turn * bar), (0, top - 0.1, 0), steel)
    # the pavement on this side of the railing
    canvas.quad((-reach, 0, 0.4), (2 * reach, 0, 0), (0, 0, z - 0.4), Stripes(steel, colour * 0.6, 0.6, 0.04, (1, 0)))
    (water if rng.random() < 0.5 else open_ground).paint(rng, canvas)


def paint(rng: np.random.Generator, canvas: Canvas) -> None:
    """One of the three."""
    (paint_forest, paint_gorge, paint_railing)[rng.integers(3)](rng, canvas)

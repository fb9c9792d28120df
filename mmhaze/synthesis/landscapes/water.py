"""A lake, a river or the sea: what stands on it or behind it is mirrored, with waves."""
from __future__ import annotations

import cv2
import numpy as np

from .buildings import draw_roof
from .canvas import FARTHEST, SKY_DEPTH, Camera, Canvas
from .materials import Mottled, draw_facade, mix
from .open_ground import paint_far_edge, scatter
from .palette import any_colour, pick
from .ridges import draw_ridges, paint_ridge
from .value_noise import Tile, field


def draw_camera(rng: np.random.Generator) -> Camera:
    """From a boat, a beach or a high bank."""
    height = float(np.exp(rng.uniform(np.log(1.5), np.log(25))))
    return Camera(height, rng.uniform(0.7, 2), rng.uniform(0.1, 0.75), rng.normal(0, 0.015))


def paint_boat(rng: np.random.Generator, canvas: Canvas, x: float, z: float) -> None:
    """A hull with a cabin or with a sail."""
    tile, long = Tile(rng), rng.uniform(3, 14)
    hull, sail = (Mottled(tile, colour, colour * 0.8, 1.0, 0.1) for colour in (pick(rng, 'white', 'paint', 'black'),
                                                                           pick(rng, 'white', 'paint', 'white')))
    deck = 0.15 * long
    canvas.cutout(np.array(((x - long / 2, deck), (x + long / 2, deck), (x + 0.4 * long, 0), (x - 0.4 * long, 0))), z,
                  hull)
    if rng.random() < 0.5:
        mast = rng.uniform(0.8, 1.5) * long
        canvas.cutout(np.array(((x, mast), (x + 0.45 * long, deck), (x, deck))), z, sail)
    else:
        canvas.cutout(np.array(((x - 0.2 * long, 2.5 * deck), (x + 0.2 * long, 2.5 * deck), (x + 0.25 * long, deck),
                                (x - 0.25 * long, deck))), z, sail)


def paint_bridge(rng: np.random.Generator, canvas: Canvas) -> None:
    """A deck on piers, across or slanting away, in half of the pictures hung on towers with cables."""
    tile, colour = Tile(rng), pick(rng, 'concrete', 'paint', 'black', 'rock', 'white')
    steel = Mottled(tile, colour, colour * 0.8, 5, 0.1)
    z, high, span = rng.uniform(40, 300), rng.uniform(6, 40), rng.uniform(30, 120)
    turn = rng.uniform(-0.35, 0.35)
    thick, wide, towers = rng.uniform(1, 4), rng.uniform(1.5, 6), rng.uniform(15, 60) * (rng.random() < 0.5)
    reach = int(np.ceil(0.9 * z / canvas.camera.focal / span)) + 1
    offset = span * rng.random()
    xs = [offset + span * number for number in range(-reach, reach + 1)]
    for x0, x1 in zip(xs, xs[1:]):
        z0, z1 = (max(z + turn * x, 8.0) for x in (x0, x1))
        canvas.quad((x0, high, z0), (x1 - x0, 0, z1 - z0), (0, thick, 0), steel)
        canvas.quad((x0, 0, z0 - 0.1), (wide, 0, 0), (0, high + towers, 0), steel)
        hung = np.linspace(0, 1, 9)
        sag = high + thick + towers * (2 * hung - 1)**2
        for a, b, y0, y1 in zip(hung, hung[1:], sag, sag[1:]) if towers else ():
            along = (span * (b - a), y1 - y0, (z1 - z0) * (b - a))
            canvas.quad((x0 + span * a, y0, z0 + (z1 - z0) * a), along, (0, 0.5, 0), steel)
            canvas.quad((x0 + span * a, high, z0 + (z1 - z0) * a), (0.2, 0, 0), (0, y0 - high, 0), steel)


def paint_water(rng: np.random.Generator, canvas: Canvas, sky: np.ndarray) -> None:
    """Water at y = 0 before all that is farther: it mirrors what stands in the same column, and ``sky``, (H, W, 3)."""
    rows, columns = canvas.size
    row, column = np.mgrid[:rows, :columns].astype(np.float32)
    z = np.minimum(canvas.camera.height / np.maximum(canvas.down, 1e-6), FARTHEST).astype(np.float32)
    solid = canvas.depth != SKY_DEPTH
    level = np.argmax(canvas.down > 0, axis=0)
    foot = np.where(solid.any(0), np.maximum(rows - 1 - np.argmax(solid[::-1], axis=0), level), level)
    ripple = rng.uniform(0, 3) * field(rng, canvas.size, rng.uniform(10, 40), 3, 0.7, rng.uniform(2, 8))
    source = np.clip(2 * foot - row + ripple * np.clip(4 * canvas.down, 0.2, 2), 0, rows - 1).astype(np.float32)
    seen = np.where(solid[..., None], canvas.colour, sky)
    mirror = cv2.blur(cv2.remap(seen, column, source, cv2.INTER_LINEAR), (1, int(rng.integers(1, 12))))
    tile = Tile(rng)
    wave = float(np.exp(rng.uniform(np.log(0.3), np.log(6))))
    waves = tile.layers(canvas.right * z / 3, z, z / canvas.focal * np.maximum(1, z / canvas.camera.height) / 2,
                        (wave, 3 * wave, 12 * wave, 60 * wave))
    own = pick(rng, 'water') * (canvas.light.ambient + 0.5 * canvas.light.sun)
    grazing = np.clip(rng.uniform(0.3, 0.95) - canvas.down * rng.uniform(0, 1) + 0.1 * waves, 0.1, 1)
    colour = mix(own, mirror, grazing) * np.clip(1 + rng.uniform(0.02, 0.25) * waves, 0.3, 1.6)[..., None]
    canvas.put(canvas.down > 0, colour.astype(np.float32), z)


def paint_shore(rng: np.random.Generator, canvas: Canvas) -> None:
    """A town on the far shore: one row of houses or towers."""
    tile = Tile(rng)
    facades, roof = [draw_facade(rng, tile) for _ in range(4)], draw_roof(rng, tile)
    z, tall = rng.uniform(150, 500), float(np.exp(rng.uniform(np.log(5), np.log(80))))
    reach = 0.6 * z / canvas.camera.focal
    x = -reach
    while x < reach:
        wide = rng.uniform(8, 40)
        canvas.box((x, 0, z), (x + wide, tall * np.exp(rng.normal(0, 0.4)), z + 10), facades[rng.integers(4)], roof)
        x += wide * rng.uniform(1, 2)


def paint(rng: np.random.Generator, canvas: Canvas) -> None:
    """Hills, woods or a town on the far shore or none, a bridge, boats, the water, and a bank before it."""
    horizon = canvas.camera.horizon
    if rng.random() < 0.5:
        tall = rng.uniform(0.03, 0.3)
        for ridge in draw_ridges(rng, canvas.size, int(rng.integers(1, 4)), horizon - tall, horizon - 0.02, 250):
            paint_ridge(rng, canvas, ridge)
        canvas.depth[canvas.down > 0] = SKY_DEPTH  # hills end at the shore
    if rng.random() < 0.4:
        paint_far_edge(rng, canvas, rng.uniform(100, 400))
    if rng.random() < 0.4:
        paint_shore(rng, canvas)
    if rng.random() < 0.4:
        paint_bridge(rng, canvas)
    near = max(6.0, 3 * canvas.camera.height)
    for _ in range(rng.choice([0, 0, 1, 3, 8])):
        z = float(np.exp(rng.uniform(np.log(near), np.log(300))))
        paint_boat(rng, canvas, z * rng.uniform(-0.5, 0.5) / canvas.camera.focal, z)
    below = 0.5 * (1.0 + any_colour(rng))
    paint_water(rng, canvas, np.broadcast_to(below * rng.uniform(0.5, 1), (*canvas.size, 3)).astype(np.float32))
    if rng.random() < 0.3:
        scatter(rng, canvas, int(rng.integers(1, 12)), max(4.0, 1.2 * canvas.camera.height), 2 * near)

"""Near things before no sky: a wall, a room, leaves, close things before a blurred background, and almost nothing."""
from __future__ import annotations

import cv2
import numpy as np

from .canvas import NEAREST, Camera, Canvas
from .materials import Material, Mottled, draw_facade, draw_wall, mix
from .palette import any_colour, pick
from .value_noise import Tile, field

DEEPEST = 8.0  # metres


def draw_camera(rng: np.random.Generator) -> Camera:
    """A hand-held camera in a room."""
    return Camera(rng.uniform(0.8, 1.8), rng.uniform(0.6, 1.3), rng.uniform(0.2, 0.8), rng.normal(0, 0.03))


def paint_wall(rng: np.random.Generator, canvas: Canvas) -> None:
    """A wall across the picture, straight or slanting, often with posters, boards or windows."""
    tile = Tile(rng)
    wall = draw_wall(rng, tile) if rng.random() < 0.75 else draw_facade(rng, tile)
    z = rng.uniform(1.2, 5)
    slant = rng.uniform(-0.4, 0.4) * z if rng.random() < 0.5 else 0.0
    reach = 4 * z
    canvas.quad((-reach, -reach, z - slant), (2 * reach, 0, 2 * slant), (0, 2 * reach, 0), wall)
    for _ in range(rng.integers(0, 4)):
        x, y, wide, tall = rng.uniform(-0.6, 0.4) * z, rng.uniform(0, 2), rng.uniform(0.2, 1), rng.uniform(0.2, 1)
        here = z + slant * x / reach - rng.uniform(0.02, 0.3)
        poster = Mottled(tile, any_colour(rng), any_colour(rng), rng.uniform(0.05, 0.6), rng.uniform(0, 0.4))
        canvas.quad((x, y, here), (wide, 0, slant * wide / reach), (0, tall, 0), poster)
    if rng.random() < 0.5:
        canvas.ground(draw_wall(rng, tile), far=DEEPEST)


def paint_room(rng: np.random.Generator, canvas: Canvas) -> None:
    """A box with floor, ceiling, three walls and furniture."""
    tile = Tile(rng)
    left, right = -rng.uniform(0.8, 3), rng.uniform(0.8, 3)
    high, back = canvas.camera.height + rng.uniform(0.5, 1.5), rng.uniform(2.5, DEEPEST)
    walls, ceiling = draw_wall(rng, tile), Mottled(tile, pick(rng, 'white', 'concrete'), pick(rng, 'white'), 2, 0.03)
    start, deep = NEAREST, back - NEAREST
    end = draw_wall(rng, tile) if rng.random() < 0.3 else walls
    canvas.quad((left, 0, back), (right - left, 0, 0), (0, high, 0), end)
    for x in (left, right):
        canvas.quad((x, 0, start), (0, 0, deep), (0, high, 0), walls)
    canvas.quad((left, high, start), (right - left, 0, 0), (0, 0, deep), ceiling)
    canvas.quad((left, 0, start), (right - left, 0, 0), (0, 0, deep), draw_wall(rng, tile))
    for _ in range(rng.integers(0, 9)):
        wide, tall, z = rng.uniform(0.2, 1.4), rng.uniform(0.2, 1.8), rng.uniform(1, max(1.1, back - 0.6))
        x = rng.uniform(left, right - wide) if right - wide > left else left
        colour = any_colour(rng)
        thing = Mottled(tile, colour, colour * 0.8, 0.4, rng.uniform(0, 0.15))
        y = rng.uniform(0, high - tall) if rng.random() < 0.2 and high > tall else 0.0
        canvas.box((x, y, z), (x + wide, y + tall, min(z + 0.6, back)), thing, thing)


def paint_close_up(rng: np.random.Generator, canvas: Canvas) -> None:
    """Lumps at 0.3 to 1.5 m before a background at 2 to 8 m, blurred or not."""
    ground = mix(np.broadcast_to(any_colour(rng), (*canvas.size, 3)), any_colour(rng),
                 np.clip(0.5 + 0.5 * field(rng, canvas.size, rng.uniform(2, 8), 4), 0, 1))
    if rng.random() < 0.6:
        ground = cv2.GaussianBlur(ground, (0, 0), rng.uniform(0.01, 0.05) * canvas.size[0])
    tilt = np.linspace(1, rng.uniform(0.4, 1), canvas.size[0], dtype=np.float32)[:, None]
    shape = np.ones(canvas.size, bool)
    canvas.put(shape, (ground * canvas.light.ambient * 1.5).astype(np.float32), rng.uniform(2, DEEPEST) * shape * tilt)
    for _ in range(rng.integers(1, 7)):
        paint_lump(rng, canvas, rng.uniform(0.3, 1.5))


def paint_lump(rng: np.random.Generator, canvas: Canvas, z: float) -> None:
    """A rounded thing of any colour at ``z`` metres, anywhere, a fifth to all of the picture's height."""
    rows, columns = canvas.size
    radius = rows * rng.uniform(0.1, 0.5)
    y, x = rng.uniform(0, rows), rng.uniform(0, columns)
    down = (np.arange(rows)[:, None] - y) / radius
    across = (np.arange(columns)[None] - x) / radius / rng.uniform(0.4, 2)
    power = rng.uniform(1.6, 6)
    off = np.abs(down)**power + np.abs(across)**power + rng.uniform(0, 0.3) * field(rng, canvas.size, 4)
    round_ = np.sqrt(np.clip(1 - off, 0, 1)).astype(np.float32)
    lit = np.clip(0.4 + 0.4 * round_ - 0.3 * down + 0.3 * across * canvas.light.towards[0], 0, 1.2)
    grain = 1 + rng.uniform(0, 0.3) * field(rng, canvas.size, rng.uniform(6, 40), 3)
    colour = any_colour(rng) * (canvas.light.ambient + canvas.light.sun * lit[..., None]) * grain[..., None]
    canvas.put(off < 1, colour.astype(np.float32), z * (1.1 - 0.1 * round_))


def paint_leaves(rng: np.random.Generator, canvas: Canvas) -> None:
    """Layers of leaves, the deeper the darker, 0.5 to 8 m away."""
    rows, columns = canvas.size
    back = pick(rng, 'leaves', 'black', 'grass')
    canvas.put(np.ones(canvas.size, bool), back * canvas.light.ambient * 0.5, rng.uniform(3, DEEPEST))
    hues = [pick(rng, 'leaves', 'grass') for _ in range(3)]
    for z in np.geomspace(rng.uniform(1.5, 3), rng.uniform(0.5, 1.2), 140):
        long, thin = rows * rng.uniform(0.06, 0.16) / z, rng.uniform(0.2, 0.5)
        side = max(3, int(2 * long))
        leaf = np.zeros((side, side), np.uint8)
        axes = (int(long * 0.95), max(1, int(long * thin)))
        cv2.ellipse(leaf, (side // 2, side // 2), axes, rng.uniform(0, 180), 0, 360, 1, -1)
        light = canvas.light.ambient + canvas.light.sun * rng.uniform(0, 1)
        vein = np.linspace(0.8, 1.2, side, dtype=np.float32)[:, None, None]
        colour = np.broadcast_to(hues[rng.integers(3)] * light * vein, (side, side, 3))
        top, left = rng.uniform(-long, rows), rng.uniform(-long, columns)
        canvas.put(leaf > 0, colour.astype(np.float32), float(z), int(top), int(left))


def paint_plain(rng: np.random.Generator, canvas: Canvas) -> None:
    """Almost nothing: one colour of any brightness, a little uneven."""
    uneven = field(rng, canvas.size, 2, 2) * rng.uniform(0, 0.1) + field(rng, canvas.size, 40, 2) * rng.uniform(0, 0.03)
    colour = any_colour(rng) * (1 + uneven[..., None])
    slope = np.linspace(1, rng.uniform(0.5, 1), canvas.size[1], dtype=np.float32)
    canvas.put(np.ones(canvas.size, bool), colour.astype(np.float32), rng.uniform(0.5, DEEPEST) * slope + 0 * uneven)


def paint(rng: np.random.Generator, canvas: Canvas) -> None:
    """One of them; what stays open between is closed by a backdrop."""
    paints = (paint_wall, paint_room, paint_close_up, paint_leaves, paint_plain)
    paints[rng.choice(5, p=(0.25, 0.3, 0.2, 0.13, 0.12))](rng, canvas)
    colour: Material = draw_wall(rng, Tile(rng))
    canvas.quad((-40, -40, DEEPEST), (80, 0, 0), (0, 80, 0), colour)

"""Open ground to the horizon: fields, meadows, desert, snow, with bushes, trees, fences and a far edge of woods."""
from __future__ import annotations

import numpy as np

from .canvas import Camera, Canvas
from .materials import Material, Mottled, Stripes, draw_land
from .palette import pick
from .plants import plant
from .ridges import draw_ridges, paint_ridge
from .value_noise import Tile, line


def draw_camera(rng: np.random.Generator) -> Camera:
    """From a child's eyes to a drone; the horizon anywhere."""
    height = float(np.exp(rng.uniform(np.log(0.8), np.log(40))))
    return Camera(height, rng.uniform(0.6, 2), rng.uniform(0.02, 0.85), rng.normal(0, 0.04))


def draw_ground(rng: np.random.Generator) -> Material:
    """Land of one kind, in half of the pictures with furrows, a path or tracks over it."""
    tile = Tile(rng)
    ground: Material = draw_land(rng, tile, 'grass', 'grass', 'sand', 'soil', 'snow', 'rock', 'asphalt', 'concrete')
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        angle, period = rng.uniform(0, np.pi), float(np.exp(rng.uniform(np.log(0.5), np.log(60))))
        direction = (float(np.cos(angle)), float(np.sin(angle)))
        colour = pick(rng, 'grass', 'soil', 'sand', 'snow', 'leaves')
        ground = Stripes(ground, colour, period, period * rng.uniform(0.1, 0.6), direction)
    return ground


def paint_far_edge(rng: np.random.Generator, canvas: Canvas, z: float) -> None:
    """A belt of woods that stands at ``z`` metres."""
    columns = canvas.size[1]
    foot = canvas.row(0, 0, z) + canvas.camera.tilt * canvas.focal * canvas.right[0]
    tall = rng.uniform(5, 25) * canvas.focal / z * np.clip(1 + 0.4 * line(rng, columns, 8, 6, 0.8), 0, 3)
    tall = tall * (line(rng, columns, 2, 2) > rng.uniform(-2, 0.3))
    rows = np.arange(canvas.size[0])[:, None]
    speckle = np.clip(0.6 + 0.25 * rng.standard_normal(canvas.size, np.float32), 0.2, 1.5)
    colour = pick(rng, 'leaves') * (canvas.light.ambient + 0.5 * canvas.light.sun) * speckle[..., None]
    canvas.put((rows > foot - tall) & (rows <= foot), colour, z)


def paint_fence(rng: np.random.Generator, canvas: Canvas) -> None:
    """Posts and rails in a straight row that comes near on one side."""
    tile = Tile(rng)
    colour = pick(rng, 'wood', 'white', 'black', 'concrete')
    wood = Mottled(tile, colour, colour * 0.7, 0.3, 0.2)
    side, height, rail = rng.choice([-1, 1]), rng.uniform(0.8, 1.6), rng.uniform(0.05, 0.15)
    start, stop = rng.uniform(3, 6), rng.uniform(15, 60)
    x0, x1 = side * rng.uniform(-1, 2.5), side * rng.uniform(3, 20)
    for level in np.linspace(0.4, 0.92, rng.integers(1, 4)):
        canvas.quad((x0, level * height, start), (x1 - x0, 0, stop - start), (0, rail, 0), wood)
    for share in np.linspace(0, 1, int((stop - start) / rng.uniform(1.5, 3))):
        x, z = x0 + share * (x1 - x0), start + share * (stop - start)
        canvas.quad((x - rail, 0, z - 0.05), (2 * rail, 0, 0), (0, height, 0), wood)


def scatter(rng: np.random.Generator, canvas: Canvas, count: int, near: float, far: float) -> None:
    """Trees and bushes of two kinds anywhere on the ground from ``near`` to ``far`` metres."""
    kinds = rng.choice(['round', 'conifer', 'bare', 'bush'], 2)
    colours = [pick(rng, 'leaves', 'leaves', 'grass') for _ in kinds]
    for _ in range(count):
        z = float(np.exp(rng.uniform(np.log(near), np.log(far))))
        x = z * rng.uniform(-0.6, 0.6) / canvas.camera.focal
        which = rng.integers(2)
        tall = rng.uniform(0.3, 2) if kinds[which] == 'bush' else rng.uniform(3, 14)
        plant(rng, canvas, str(kinds[which]), (x, 0.0, z), tall, colours[which])


def paint(rng: np.random.Generator, canvas: Canvas) -> None:
    """Ground to the horizon, hills in a third of the pictures behind it."""
    if rng.random() < 0.35:
        horizon = canvas.camera.horizon
        for ridge in draw_ridges(rng, canvas.size, int(rng.integers(1, 4)), horizon - 0.1, horizon - 0.02, 350):
            paint_ridge(rng, canvas, ridge)
    if rng.random() < 0.6:
        paint_far_edge(rng, canvas, float(np.exp(rng.uniform(np.log(80), np.log(500)))))
    canvas.ground(draw_ground(rng))
    if rng.random() < 0.35:
        paint_fence(rng, canvas)
    near = max(4.0, 1.5 * canvas.camera.height)
    scatter(rng, canvas, int(rng.choice([0, 2, 8, 30])), near, 40 * near if 40 * near < 500 else 500)

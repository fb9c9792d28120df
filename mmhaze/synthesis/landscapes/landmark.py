"""One big thing before the sky: a temple, a tower, a dome, an obelisk or a statue, with trees in front."""
from __future__ import annotations

import numpy as np

from .buildings import draw_roof
from .canvas import Camera, Canvas
from .materials import Material, Mottled, draw_facade, draw_land
from .open_ground import paint_far_edge, scatter
from .palette import pick
from .value_noise import Tile


def draw_camera(rng: np.random.Generator) -> Camera:
    """From the square before it, at times looking up."""
    return Camera(rng.uniform(1.2, 4), rng.uniform(0.6, 1.5), rng.uniform(0.5, 0.98), rng.normal(0, 0.02))


def ellipse(x: float, y: float, wide: float, tall: float) -> np.ndarray:
    """The outline of an ellipse about (x, y) with these half axes, metres: (24, 2)."""
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.stack([x + wide * np.cos(turn), y + tall * np.sin(turn)], 1)


def paint_temple(rng: np.random.Generator, canvas: Canvas, x: float, z: float, stone: Material) -> None:
    """Steps, columns before a dark hall, a beam and a gable."""
    wide, tall = rng.uniform(8, 40), rng.uniform(6, 20)
    count, thick = int(rng.integers(4, 13)), rng.uniform(0.3, 0.5)
    dark = Mottled(Tile(rng), pick(rng, 'black', 'brick', 'rock'), pick(rng, 'black'), 2, 0.2)
    canvas.box((x - wide / 2 - 2, 0, z - 3), (x + wide / 2 + 2, 1.2, z + 20), stone, stone)
    for number in range(count):
        left = x - wide / 2 + wide * number / (count - 1 + thick)
        canvas.quad((left, 1.2, z), (wide * thick / count, 0, 0), (0, tall - 1.2, 0), stone)
    canvas.box((x - wide / 2, 1.2, z + 2), (x + wide / 2, 1.1 * tall, z + 20), dark, dark)
    canvas.box((x - wide / 2, tall, z - 0.1), (x + wide / 2, 1.15 * tall, z + 20), stone, stone)
    gable = np.array(((x - wide / 2, 1.15 * tall), (x + wide / 2, 1.15 * tall), (x, 1.15 * tall + 0.18 * wide)))
    canvas.cutout(gable, z - 0.1, stone)


def paint_tower(rng: np.random.Generator, canvas: Canvas, x: float, z: float, stone: Material) -> None:
    """A nave and a tower with a spire or a dome, and cornices."""
    tile, wide, tall = Tile(rng), rng.uniform(4, 12), rng.uniform(15, 60)
    facade = draw_facade(rng, tile) if rng.random() < 0.5 else stone
    roof = draw_roof(rng, tile)
    long, eaves = rng.uniform(5, 30), tall * rng.uniform(0.2, 0.6)
    canvas.box((x + wide / 2, 0, z + 1), (x + wide / 2 + long, eaves, z + 12), facade, roof)
    left, right = x + wide / 2, x + wide / 2 + long
    nave = np.array(((left, eaves), (right, eaves), (right - 0.2 * long, 1.5 * eaves), (left, 1.5 * eaves)))
    canvas.cutout(nave, z + 1, roof)
    canvas.box((x - wide / 2, 0, z), (x + wide / 2, tall, z + wide), facade, roof)
    if rng.random() < 0.5:
        spire = np.array(((x - wide * 0.55, tall), (x + wide * 0.55, tall), (x, tall + wide * rng.uniform(1, 3))))
        canvas.cutout(spire, z, roof)
    else:
        canvas.cutout(ellipse(x, tall, wide / 2, wide * rng.uniform(0.4, 0.8)), z + 0.1, roof)
    for level in np.linspace(0.3, 1, rng.integers(1, 6)):
        canvas.quad((x - 0.6 * wide, level * tall, z - 0.2), (1.2 * wide, 0, 0), (0, 0.04 * tall, 0), roof)


def paint_statue(rng: np.random.Generator, canvas: Canvas, x: float, z: float, stone: Material) -> None:
    """A pedestal with an obelisk or with a figure: legs, body, arms, head."""
    colour = pick(rng, 'rock', 'white', 'black', 'concrete', 'wood', 'paint')
    cast = Mottled(Tile(rng), colour, colour * 0.6, 1, 0.2)
    foot, wide, tall = rng.uniform(1, 8), rng.uniform(1, 6), rng.uniform(3, 20)
    canvas.box((x - wide, 0, z - wide), (x + wide, 0.3 * foot, z + wide), stone, stone)
    canvas.box((x - wide * 0.7, 0, z - wide * 0.7), (x + wide * 0.7, foot, z + wide * 0.7), stone, stone)
    if rng.random() < 0.4:
        half = 0.5 * wide
        canvas.cutout(np.array(((x - half, foot), (x + half, foot), (x + 0.6 * half, foot + 1.8 * tall),
                                (x, foot + 2 * tall), (x - 0.6 * half, foot + 1.8 * tall))), z, cast)
        return
    lean = rng.uniform(-0.1, 0.1) * tall
    for side in (-1, 1):
        canvas.cutout(ellipse(x + side * 0.08 * tall, foot + 0.25 * tall, 0.06 * tall, 0.27 * tall), z, cast)
        hand = x + side * rng.uniform(0.2, 0.45) * tall, foot + rng.uniform(0.4, 1.1) * tall
        shoulder = foot + 0.76 * tall
        arm = np.array(((x, shoulder), (x, shoulder - 0.1 * tall), hand, (hand[0], hand[1] + 0.07 * tall)))
        canvas.cutout(arm, z, cast)
    canvas.cutout(ellipse(x + lean / 2, foot + 0.62 * tall, 0.16 * tall, 0.25 * tall), z, cast)
    canvas.cutout(ellipse(x + lean, foot + 0.92 * tall, 0.07 * tall, 0.09 * tall), z, cast)


def paint(rng: np.random.Generator, canvas: Canvas) -> None:
    """The thing, a square or a lawn, woods behind it, trees before it."""
    tile, colour = Tile(rng), pick(rng, 'concrete', 'rock', 'white', 'sand', 'brick')
    stone = Mottled(tile, colour, colour * rng.uniform(0.6, 0.95), rng.uniform(1, 6), rng.uniform(0.03, 0.2))
    z = float(np.exp(rng.uniform(np.log(8), np.log(90))))
    x = z * rng.uniform(-0.25, 0.25) / canvas.camera.focal
    (paint_temple, paint_tower, paint_statue)[rng.integers(3)](rng, canvas, x, z + 6, stone)
    if rng.random() < 0.5:
        paint_far_edge(rng, canvas, rng.uniform(100, 400))
    canvas.ground(draw_land(rng, tile, 'grass', 'concrete', 'asphalt', 'sand', 'snow', 'soil'))
    scatter(rng, canvas, int(rng.choice([0, 2, 6, 15])), 5.0, 2 * z)

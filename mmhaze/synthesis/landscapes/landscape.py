from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from .canvas import FARTHEST, Canvas
from .parts import paint_blocks, paint_ground, paint_ridges, paint_sky, paint_trees, paint_water
from .perspective import KINDS as PLACES
from .perspective import paint_place

GROUNDS = ('grass', 'dry', 'sand', 'snow', 'earth', 'rock', 'stone')


def draw_ridges(canvas: Canvas) -> None:
    """Mountains or hills behind meadows."""
    paint_sky(canvas)
    paint_ground(canvas, canvas.choose('grass', 'dry', 'rock', 'snow'), canvas.choose('leaves', 'earth', 'grass'))
    paint_ridges(canvas, int(canvas.rng.integers(2, 7)), canvas.rng.uniform(0.2, 0.7))
    paint_trees(canvas, int(canvas.rng.integers(0, 10)), 15, 200)


def draw_plain(canvas: Canvas) -> None:
    """Fields, desert or snow to the horizon."""
    paint_sky(canvas)
    if canvas.rng.random() < 0.5:
        paint_ridges(canvas, 1, canvas.rng.uniform(0.03, 0.15))
    paint_ground(canvas, canvas.choose(*GROUNDS), canvas.choose(*GROUNDS))
    paint_trees(canvas, int(canvas.rng.integers(0, 14)), 8, 400)


def draw_water(canvas: Canvas) -> None:
    """A lake or the sea with a far shore, at times boats or the piers of a bridge."""
    rng = canvas.rng
    paint_sky(canvas)
    if rng.random() < 0.7:
        paint_ridges(canvas, int(rng.integers(1, 4)), rng.uniform(0.05, 0.4))
    if rng.random() < 0.4:
        paint_blocks(canvas, int(rng.integers(4, 20)), 250, 550, 80)
    paint_water(canvas, canvas.foot(rng.uniform(200, FARTHEST)))
    if rng.random() < 0.4:
        paint_blocks(canvas, int(rng.integers(1, 6)), 20, 200, 4)
    if rng.random() < 0.3:
        deck = canvas.foot(rng.uniform(60, 200)) - rng.uniform(0.1, 0.3) * canvas.size[0]
        beam = np.abs(canvas.rows - deck) < rng.uniform(1, 5)
        piers = (canvas.columns % rng.uniform(20, 80) < rng.uniform(2, 6)) & (canvas.rows > deck) \
            & (canvas.rows < canvas.foot(100))
        canvas.paint(beam | piers, canvas.surface(canvas.choose('stone', 'brick', 'black')), 100)


def draw_skyline(canvas: Canvas) -> None:
    """Buildings at several distances across a foreground."""
    paint_sky(canvas)
    paint_ground(canvas, canvas.choose(*GROUNDS), canvas.choose('stone', 'grass'))
    paint_blocks(canvas, int(canvas.rng.integers(10, 40)), 60, 550, canvas.rng.uniform(20, 150))
    paint_trees(canvas, int(canvas.rng.integers(0, 12)), 15, 150)


def draw_roofs(canvas: Canvas) -> None:
    """Blocks seen from high above, with little sky or none."""
    rng = canvas.rng
    canvas.horizon = rng.uniform(-0.6, 0.15) * canvas.size[0]
    canvas.camera = rng.uniform(20, 80)
    paint_sky(canvas)
    paint_ground(canvas, canvas.choose('stone', 'grass', 'earth'), canvas.choose('leaves', 'stone'))
    paint_blocks(canvas, int(rng.integers(20, 60)), 40, 500, rng.uniform(8, 40))


def draw_gap(canvas: Canvas) -> None:
    """A forest path or a valley: dark masses at both sides, a bright gap between."""
    rng = canvas.rng
    draw_ridges(canvas)
    left, right = sorted(rng.uniform(0.1, 0.9, 2) * canvas.size[1])
    edge = 12 * canvas.field(6, 5, 0.7)
    mass = canvas.surface(canvas.choose('leaves', 'rock', 'black', 'leaves', 'autumn'), 'leaves', 0.7, 20)
    inward = np.maximum(left - canvas.columns, canvas.columns - right) + edge
    canvas.paint(inward > 0, mass, rng.uniform(40, 120) * np.exp(-np.clip(inward, 0, None) / canvas.size[1] * 6))


def draw_near(canvas: Canvas) -> None:
    """A wall, a room or a close-up: no distance, no sky, at times no texture either."""
    rng, (height, width) = canvas.rng, canvas.size
    far = rng.uniform(0.5, 8)
    plain = rng.random() < 0.3
    slant = 1 + rng.uniform(-0.5, 0.5) * (canvas.columns / width - 0.5)
    canvas.paint(np.ones(canvas.size, bool),
                 canvas.surface(canvas.choose('white', 'any', 'stone', 'brick', 'any', 'black', 'white'),
                                None if plain else canvas.choose('any', 'stone', 'leaves'), 0.02 if plain else 0.4),
                 far * slant)
    if rng.random() < 0.5:
        canvas.img[:] = cv2.GaussianBlur(canvas.img, (0, 0), rng.uniform(0.5, 6))
    for _ in range(0 if plain else int(rng.integers(0, 8))):  # things before it
        centre, half = rng.random(2) * canvas.size, rng.uniform(0.05, 0.35, 2) * canvas.size
        y, x = (canvas.rows - centre[0]) / half[0], (canvas.columns - centre[1]) / half[1]
        thing = np.maximum(abs(x), abs(y)) < 1 if rng.random() < 0.5 else x * x + y * y < 1
        shade = 1 + canvas.sun * np.clip(x, -1, 1)
        canvas.paint(thing, canvas.surface('any', rough=0.2) * shade[..., None], far * rng.uniform(0.3, 0.9))
    falloff = np.exp(-rng.uniform(0, 1.5) * (canvas.rows / height if rng.random() < 0.5 else canvas.columns / width))
    canvas.img *= falloff[..., None]


def draw_monument(canvas: Canvas) -> None:
    """One big building before the sky, trees in front."""
    paint_sky(canvas)
    paint_ground(canvas, canvas.choose(*GROUNDS), canvas.choose('stone', 'grass'))
    far = canvas.rng.uniform(25, 80)
    paint_blocks(canvas, int(canvas.rng.integers(0, 8)), 150, 400, 20)
    paint_blocks(canvas, 1 + int(canvas.rng.integers(0, 3)), far, far * 1.2, 60)
    paint_trees(canvas, int(canvas.rng.integers(0, 8)), 8, far)


def in_perspective(name: str) -> Callable[[Canvas], None]:
    """A kind of :mod:`~mmhaze.synthesis.landscapes.perspective`, which brings its own camera."""
    def draw(canvas: Canvas) -> None:
        canvas.img, canvas.depth = paint_place(name, canvas.rng, canvas.size)

    return draw


KINDS = dict(ridges=draw_ridges, plain=draw_plain, water=draw_water, skyline=draw_skyline, roofs=draw_roofs,
             gap=draw_gap, near=draw_near, monument=draw_monument, **{name: in_perspective(name) for name in PLACES})


def render_landscape(seed: int, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A place without a road in clear air.

    Args:
        seed: the same one gives the same picture; the kinds of ``KINDS`` take turns.
        size: (H, W), pixels, at least 16.

    Returns:
        The picture, (H, W, 3) uint8 BGR, and its depth, metres, (H, W) float32: 0.25 to 590, and 1000 in the sky.

    Raises:
        ValueError: ``seed`` is below 0 or ``size`` too small.
    """
    if seed < 0 or min(size) < 16:
        raise ValueError(f'render_landscape wants a seed of at least 0 and a size (H, W) of at least 16, got {seed} '
                         f'and {size}.')
    rng = np.random.default_rng(seed)
    canvas = Canvas(rng, size, rng.uniform(0.1, 0.75), np.exp(rng.uniform(np.log(1.3), np.log(15))))
    list(KINDS.values())[seed % len(KINDS)](canvas)
    img = canvas.img
    if rng.random() < 0.5:  # shadows of clouds and of what is not in the picture
        shade = rng.uniform(0, 0.5) / (1 + np.exp(-4 * canvas.field(2, 3)))
        img = img * (1 - shade * (canvas.depth < FARTHEST))[..., None]
    return np.rint(np.clip(img, 0, 1) * 255).astype(np.uint8), canvas.depth

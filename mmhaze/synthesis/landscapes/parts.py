"""What landscapes are made of; each part is painted over what is farther."""
from __future__ import annotations

import cv2
import numpy as np

from .canvas import FARTHEST, Canvas


def paint_sky(canvas: Canvas) -> None:
    """A gradient with or without clouds, any brightness."""
    rng = canvas.rng
    low = np.float32(rng.uniform(0.45, 1)) * (1 + rng.normal(0, 0.03, 3))
    top = rng.uniform([0.55, 0.3, 0.1], [0.95, 0.65, 0.5]) if rng.random() < 0.5 else low * rng.uniform(0.6, 1.1)
    along = np.clip(canvas.rows / max(canvas.horizon, 1), 0, 1)[..., None] ** np.float32(rng.uniform(0.5, 2))
    sky = top + (low - top) * along
    if rng.random() < 0.6:
        cover = 1 / (1 + np.exp(-rng.uniform(2, 8) * (canvas.field(3, 5, stretch=2.5) + rng.uniform(-1, 1))))
        sky = sky + (rng.uniform(0.5, 1) - sky) * cover[..., None]
    canvas.img[:] = np.clip(sky, 0, 1)


def paint_ground(canvas: Canvas, first: str, second: str | None = None) -> None:
    """A level ground to the horizon, smoother the farther it is, at times with furrows that meet at the horizon."""
    rng, depth = canvas.rng, canvas.ground_depth()
    ground = canvas.surface(first, second, rng.uniform(0.1, 0.5), 10, stretch=3)
    near = np.clip(1 - np.log(depth / canvas.camera / 2) / 5, 0.1, 1)[..., None]
    ground = ground.mean((0, 1)) + (ground - ground.mean((0, 1))) * near
    if rng.random() < 0.35:
        across = (canvas.columns - rng.uniform(0, canvas.size[1])) * depth / canvas.size[1]
        furrows = np.sin(across * 2 * np.pi / rng.uniform(0.5, 6)) * np.clip(near[..., 0], 0, 1)
        ground = ground * (1 + rng.uniform(0.05, 0.35) * furrows[..., None])
    canvas.paint(canvas.rows + canvas.tilt > canvas.horizon, ground, depth)


def paint_ridges(canvas: Canvas, count: int, highest: float) -> None:
    """Mountains or hills behind each other, far to near; ``highest`` is the share of the picture above the horizon."""
    rng, height = canvas.rng, canvas.size[0]
    farthest = rng.uniform(200, FARTHEST)
    snow = rng.random() < 0.3
    for number in range(count):
        depth = farthest * np.exp(-number * rng.uniform(0.3, 0.8))
        tall = highest * height * rng.uniform(0.4, 1) * (1 - 0.8 * number / count)
        line = canvas.field(rng.uniform(1, 3), 6, rng.uniform(0.4, 0.6))[height // 2]
        line = canvas.horizon - tall * (0.55 + 0.25 * line) + canvas.size[0] * 0.3 * (number / count)**2
        cover = canvas.choose('rock', 'leaves', 'grass', 'leaves', 'autumn', 'dry')
        rock = canvas.surface(cover, canvas.choose('rock', 'leaves', 'grass'), rng.uniform(0.2, 0.6), 14)
        slope = canvas.field(6, 4, 0.6)
        rock = rock * (1 + canvas.sun * np.tanh(np.gradient(slope, axis=1) * 20))[..., None]
        if snow:
            white = canvas.rows + 6 * slope < line + tall * rng.uniform(0.1, 0.6)
            rock = np.where(white[..., None], canvas.surface('snow', rough=0.1), rock)
        below = canvas.rows - line
        canvas.paint(below > 0, rock, depth * (1 - 0.4 * np.clip(below / height, 0, 1)))


def paint_trees(canvas: Canvas, count: int, nearest: float, farthest: float) -> None:
    """Trees or bushes that stand on the ground, far to near, metres."""
    rng = canvas.rng
    leaves = canvas.surface(canvas.choose('leaves', 'leaves', 'autumn', 'grass'), 'leaves', 0.6, 24)
    edge = canvas.field(16, 3, 0.8)
    for depth in sorted(np.exp(rng.uniform(np.log(nearest), np.log(farthest), count)), reverse=True):
        tall = canvas.pixels(rng.uniform(1, 14), depth)
        wide, place, foot = tall * rng.uniform(0.2, 0.5), rng.uniform(0, canvas.size[1]), canvas.foot(depth)
        x = (canvas.columns - place) / max(wide, 1)
        y = (canvas.rows - foot + tall * 0.6) / max(tall * 0.45, 1)
        crown = x * x + y * y + 0.25 * edge < 1
        trunk = (np.abs(x) < 0.12) & (canvas.rows < foot) & (y > 0)
        canvas.paint(trunk, canvas.surface('earth') if tall > 40 else np.full_like(leaves, 0.12), depth)
        canvas.paint(crown, leaves * (1 + canvas.sun * np.clip(x, -1, 1))[..., None], depth)


def paint_blocks(canvas: Canvas, count: int, nearest: float, farthest: float, tallest: float) -> None:
    """Buildings with windows on the ground, far to near; ``tallest`` in metres."""
    rng = canvas.rng
    for depth in sorted(np.exp(rng.uniform(np.log(nearest), np.log(farthest), count)), reverse=True):
        tall = canvas.pixels(rng.uniform(0.25, 1)**2 * tallest + 3, depth)
        wide = canvas.pixels(rng.uniform(6, 40), depth)
        left, foot = rng.uniform(-wide, canvas.size[1]), canvas.foot(depth)
        front = (canvas.columns > left) & (canvas.columns < left + wide) & (canvas.rows < foot) \
            & (canvas.rows > foot - tall)
        wall = canvas.colour(canvas.choose('stone', 'brick', 'white', 'any', 'stone', 'black'))
        floor, room = max(canvas.pixels(3.2, depth), 2.0), max(canvas.pixels(rng.uniform(1.5, 5), depth), 2.0)
        u, v = (canvas.columns - left) / room % 1, (foot - canvas.rows) / floor % 1
        window = (u > 0.3) & (u < 0.75) & (v > 0.3) & (v < 0.8)
        glass = canvas.colour(canvas.choose('black', 'water', 'any'))
        light = 1 + canvas.sun * np.sign(canvas.columns - left - wide * rng.uniform(0.2, 0.9))
        img = np.where(window[..., None], glass, wall * light[..., None])
        canvas.paint(front, img * np.exp(0.05 * canvas.field(30, 2))[..., None], depth)


def paint_water(canvas: Canvas, shore: float) -> None:
    """Water from the row ``shore`` downwards: what stands above mirrored in it, with waves."""
    rng, depth = canvas.rng, canvas.ground_depth()
    mirrored = np.clip(2 * shore - canvas.rows + 2 * canvas.field(20, 2, stretch=6), 0, canvas.size[0] - 1)
    mirror = cv2.remap(canvas.img, canvas.columns, mirrored.astype(np.float32), cv2.INTER_LINEAR)
    mirror = cv2.blur(mirror, (3, 9))
    own = canvas.surface('water', rough=0.2, stretch=5)
    share = rng.uniform(0.2, 0.9)
    waves = np.exp(rng.uniform(0.02, 0.2) * canvas.field(24, 3, 0.8, stretch=5))
    water = (mirror * share + own * (1 - share)) * waves[..., None]
    canvas.paint(canvas.rows > shore, water, depth)

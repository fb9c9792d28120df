"""Draws a place of one of the kinds: its camera, its light, its things, its exposure."""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from . import buildings, landmark, near, open_ground, passage, ridges, water
from .canvas import SKY_DEPTH, Camera, Canvas, Light
from .drawn_sky import draw_sky


class Kind(NamedTuple):
    """How a kind of place is seen and painted."""

    draw_camera: Callable[[np.random.Generator], Camera]
    paint: Callable[[np.random.Generator, Canvas], None]


KINDS = dict(
    slopes=Kind(ridges.draw_camera, ridges.paint),
    open_ground=Kind(open_ground.draw_camera, open_ground.paint),
    towers=Kind(buildings.draw_skyline_camera, buildings.paint_skyline),
    from_above=Kind(buildings.draw_above_camera, buildings.paint_above),
    indoors=Kind(near.draw_camera, near.paint),
    waterside=Kind(water.draw_camera, water.paint),
    passage=Kind(passage.draw_camera, passage.paint),
    landmark=Kind(landmark.draw_camera, landmark.paint),
)


def draw_light(rng: np.random.Generator) -> Light:
    """From an overcast day, which has no shadows, to hard sun from any side."""
    hard = rng.uniform(0, 1)
    warm = np.array((1 + 0.12 * hard, 1.0, 1 - 0.15 * hard)) * np.exp(rng.normal(0, 0.04, 3))
    towards = np.array((rng.uniform(-1, 1), rng.uniform(0.15, 1), rng.uniform(-1, 0.6)))
    ambient = np.array((0.95, 1.0, 1.06)) * (0.95 - 0.5 * hard)
    return Light((hard * warm).astype(np.float32), ambient.astype(np.float32), towards / np.linalg.norm(towards))


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
    return paint_place(list(KINDS)[seed % len(KINDS)], np.random.default_rng(seed), size)


def paint_place(name: str, rng: np.random.Generator, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A place of the kind ``name`` of :data:`KINDS`, all of it drawn with ``rng``.

    Returns:
        See :func:`render_landscape`.
    """
    kind = KINDS[name]
    canvas = Canvas(kind.draw_camera(rng), draw_light(rng), size)
    sky = draw_sky(rng, size, canvas.camera.horizon)
    kind.paint(rng, canvas)
    exposure, gamma = np.exp(rng.normal(0, 0.3)), np.exp(rng.normal(-0.15, 0.22))
    land = np.clip(canvas.colour * exposure, 0, 1)**np.float32(gamma)
    colour = np.where((canvas.depth == SKY_DEPTH)[..., None], sky, land)
    return np.rint(np.clip(colour[..., ::-1], 0, 1) * 255).astype(np.uint8), canvas.depth

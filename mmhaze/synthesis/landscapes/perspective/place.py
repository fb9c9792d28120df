"""Draws a place of one of the kinds: its camera, its light, its things, its exposure."""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..canvas import SKY_DEPTH
from . import blocks, landmark, near, open_ground, passage, ridges, water
from .canvas import Camera, Canvas, Light
from .sky import draw_sky


class Kind(NamedTuple):
    """How a kind of place is seen and painted."""

    draw_camera: Callable[[np.random.Generator], Camera]
    paint: Callable[[np.random.Generator, Canvas], None]


KINDS = dict(
    slopes=Kind(ridges.draw_camera, ridges.paint),
    open_ground=Kind(open_ground.draw_camera, open_ground.paint),
    towers=Kind(blocks.draw_skyline_camera, blocks.paint_skyline),
    from_above=Kind(blocks.draw_above_camera, blocks.paint_above),
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


def paint_place(name: str, rng: np.random.Generator, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A place of the kind ``name`` of :data:`KINDS`, all of it drawn with ``rng``.

    Returns:
        The picture, (H, W, 3) float32 BGR in [0, 1], and its depth, metres, (H, W) float32, see
        :func:`~mmhaze.synthesis.landscapes.render_landscape`.
    """
    kind = KINDS[name]
    canvas = Canvas(kind.draw_camera(rng), draw_light(rng), size)
    sky = draw_sky(rng, size, canvas.camera.horizon)
    kind.paint(rng, canvas)
    exposure, gamma = np.exp(rng.normal(0, 0.3)), np.exp(rng.normal(-0.15, 0.22))
    land = np.clip(canvas.colour * exposure, 0, 1)**np.float32(gamma)
    colour = np.where((canvas.depth == SKY_DEPTH)[..., None], sky, land)
    return np.clip(colour[..., ::-1], 0, 1).astype(np.float32), canvas.depth

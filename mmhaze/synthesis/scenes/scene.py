"""Renders a drawn scene."""
from __future__ import annotations

import numpy as np

from .geometry import SKY_DEPTH, Ball, Canvas, Patch
from .layout import SceneLayout, draw_scene

_REACH = 1.5 * SKY_DEPTH  # metres; how far the ground runs ahead, beyond any backdrop


def render_scene(seed: int, size: tuple[int, int] = (240, 320)) -> tuple[np.ndarray, np.ndarray]:
    """A road as a driver sees it in clear air, and how far away everything is: a pure function of its arguments.

    Args:
        seed: any integer >= 0; each gives another place, light, sky and traffic.
        size: (H, W) of the picture in pixels, both at least 16; the scene scales with W.

    Returns:
        clear: (H, W, 3) uint8 BGR.
        depth: (H, W) float64 metres along the optical axis, (0.5, 1000); the sky is ``SKY_DEPTH`` = 1000. Colour and
            depth of a pixel come from the same surface, so no edge mixes two depths.

    Raises:
        ValueError: the size is not two integers of at least 16.
    """
    if len(size) != 2 or not all(isinstance(side, (int, np.integer)) and side >= 16 for side in size):
        raise ValueError(f'size is (height, width) in pixels, two integers of at least 16, got {size!r}.')
    return paint(draw_scene(seed), size)


def paint(scene: SceneLayout, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Paints ``scene`` at ``size`` = (H, W): (H, W, 3) uint8 BGR and its (H, W) float64 depth in metres."""
    canvas = Canvas(scene.camera, scene.light, size)
    # the nearest first, so that little is painted twice; the z-buffer makes the order a matter of speed alone
    surfaces = [surface for thing in scene.things for surface in thing.surfaces()]
    for surface in sorted(surfaces, key=lambda surface: surface.corners()[:, 2].min()):
        if isinstance(surface, Ball):
            canvas.paint_ball(surface)
        else:
            canvas.paint_patch(surface)
    corner = scene.terrain.corner
    ground = Patch((corner, 0, 0), (-2 * corner, 0, 0), (0, 0, _REACH), scene.terrain)
    canvas.paint_patch(ground, [solid for thing in scene.things for solid in thing.shadows()])
    above = slice(0, int((canvas.up > 0).sum()))
    sky = canvas.depth[above] == SKY_DEPTH
    canvas.colour[above][sky] = scene.sky(canvas.right, canvas.up[above])[sky]
    return (np.clip(canvas.colour[..., ::-1], 0, 1) * 255).round().astype(np.uint8), canvas.depth

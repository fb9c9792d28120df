"""Photos to try a network or an algorithm on, where no real ones are at hand: drawn streets in haze."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..physics import add_haze, visibility_to_beta
from .scenes import render_scene

BETAS = tuple(visibility_to_beta(visibility) for visibility in (1000.0, 200.0, 100.0, 60.0, 30.0))  # 1/metre


def draw_photos(count: int, height: int, width: int, betas: Sequence[float] = BETAS) -> np.ndarray:
    """Streets of :func:`render_scene`, each another one, (N, H, W, 3) uint8 BGR; the same for the same arguments.

    Args:
        count: how many.
        height, width: of each, pixels.
        betas: of their haze, 1/metre, in turn.
    """
    photos = np.empty((count, height, width, 3), np.uint8)
    for seed, photo in enumerate(photos):
        clear, depth = render_scene(seed, (height, width))
        hazy = add_haze(clear.astype(np.float32) / 255, depth, beta=betas[seed % len(betas)], airlight=0.9)
        photo[:] = (hazy * 255).round()
    return photos

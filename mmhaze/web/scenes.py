"""Scenes to try the page on, drawn by mmhaze itself."""
from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..physics import add_haze, visibility_to_beta
from ..synthesis.scenes import render_scene

# by name: the seed of the scene, and how far one sees in it, metres
SCENES = {'light haze': (14, 600.0), 'haze': (11, 190.0), 'dense haze': (23, 60.0)}
SIZE = (480, 640)
AIRLIGHT = 0.92


@lru_cache(maxsize=len(SCENES))
def draw(name: str) -> np.ndarray:
    """The scene of that name, (480, 640, 3) uint8 BGR."""
    seed, visibility = SCENES[name]
    clear, depth = render_scene(seed, SIZE)
    hazy = add_haze(clear.astype(np.float32) / 255, depth, visibility_to_beta(visibility), AIRLIGHT)
    return (hazy * 255).round().astype(np.uint8)

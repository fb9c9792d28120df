"""A small set to try everything on, made of nothing: drawn streets in fog at five levels, free of anyone's rights.

The scenes are drawn by :func:`mmhaze.synthesis.scenes.render_scene`, the fog is FRIDA's, so that uneven light is among
what a network must see through. Levels are equal ratios of visibility, 600 m to 60 m, which a person can tell apart.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .levels import DEMO_BETAS
from .plan import plan_rows
from .scene_set import SceneSet
from .scenes import render_scene
from .writer import write_set

FOGS = ('uniform', 'cloudy')
TEST_SHARE = 0.25


@dataclass(frozen=True)
class DrawnScene:
    """A scene drawn from its seed."""

    seed: int

    @property
    def id(self) -> str:
        return f'scene-{self.seed:03d}'

    def load(self) -> tuple[np.ndarray, np.ndarray]:
        """(clear (240, 320, 3) uint8 BGR, depth (240, 320) float64, metres)"""
        return render_scene(self.seed)


def make_demo_set(out: str | Path, scenes: int = 72, workers: int | None = None) -> Path:
    """Writes the set to ``out``, or what is missing or damaged of it there, and returns the path of its manifest.

    Args:
        out: the set's folder.
        scenes: how many; each gives 10 JPEG images of 320x240, in 2 fogs at 5 levels.
        workers: see :func:`mmhaze.synthesis.writer.write_set`.
    """
    if not round(TEST_SHARE * scenes):
        raise ValueError(f'scenes is how many to draw, at least 3 so that one is tested on, got {scenes}.')
    drawn = [DrawnScene(seed) for seed in range(scenes)]
    rows = plan_rows([scene.id for scene in drawn], betas=DEMO_BETAS, fogs=FOGS, suffix='.jpg', test_share=TEST_SHARE)
    return write_set(SceneSet(drawn, rows, out), workers)

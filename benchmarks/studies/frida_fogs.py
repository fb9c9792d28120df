"""Images of Hazel-level, rendered when they are asked for: each scene of FRIDA and FRIDA2 at each level, in one fog.

Which of the four fogs is drawn by a seed. The fog itself is that of the set with seed 0, to the byte.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mmhaze.physics import transmission
from mmhaze.synthesis.fog import FOGS, HazeParams, haze_fields, render
from mmhaze.synthesis.levels import HAZEL_LEVEL_BETAS
from mmhaze.synthesis.make_hazel_level import NEAR_DUPLICATES, TEST_SHARE, FridaScene, find_scenes
from mmhaze.synthesis.plan import plan_rows


@dataclass(frozen=True)
class FridaFog:
    """An image of Hazel-level.

    Attributes:
        scene: in clear air, with its depth.
        level: 0, the least haze, to 8.
        params: its fog.
        place: its scene, or the first of the scenes that show the same place.
    """

    scene: FridaScene
    level: int
    params: HazeParams
    place: str

    def __str__(self) -> str:
        return f'{self.scene.id}, level {self.level}, {self.params.fog}'

    def read(self) -> np.ndarray:
        """(H, W, 3) uint8 BGR"""
        return render(*_load(self.scene), self.params)

    def transmission(self) -> np.ndarray:
        """(H, W), in [0, 1]"""
        depth = _load(self.scene)[1]
        k, _ = haze_fields((depth.shape[0], depth.shape[1]), self.params)
        return transmission(depth, k)

    def sky(self) -> np.ndarray:
        """(H, W) bool: what is furthest."""
        depth = _load(self.scene)[1]
        return depth == depth.max()


def draw_fogs(src: Path, seed: int = 0) -> list[FridaFog]:
    """Every scene at every level, scene by scene; the fog of each is drawn.

    Args:
        src: holds ``frida/`` and ``frida2/`` as they are published, some of it or all.
        seed: of the fogs' names; not of their noise.
    """
    scenes = find_scenes(src, allow_partial=True)
    planned = plan_rows([scene.id for scene in scenes], betas=HAZEL_LEVEL_BETAS, fogs=FOGS, suffix='.png',
                        test_share=TEST_SHARE)
    params = {(row.scene, row.level, row.params.fog): row.params for row in planned}
    places = {scene: group[0] for group in NEAR_DUPLICATES for scene in group}
    rng = np.random.default_rng(seed)
    return [FridaFog(scene, level, params[scene.id, level, FOGS[rng.integers(len(FOGS))]],
                     places.get(scene.id, scene.id))
            for scene in scenes for level in range(len(HAZEL_LEVEL_BETAS))]


@lru_cache(maxsize=1)  # the levels of a scene follow each other, and its depth takes long to read
def _load(scene: FridaScene) -> tuple[np.ndarray, np.ndarray]:
    return scene.load()

"""The plan of a synthetic set: every image of it as one row, drawn before the first is rendered.

A row holds all that its image depends on besides the scene, so that the manifest can rebuild every image, and two sets
are the same if and only if their rows are.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..physics import beta_to_visibility
from .fog import HazeParams, frida_params, noise_seed
from .splits import split_by_image, split_by_scene

# one draw for both splits, whatever the seed of the noise: sets with other noise are tested on the same scenes
SPLIT_SEED = 1
TEST_SHARE_BY_IMAGE = 0.1


COLUMNS = ('file', 'scene', 'fog', 'level', 'beta', 'visibility', 'airlight', 'beta_range', 'airlight_range', 'noise',
           'seed', 'split_random', 'split_scene')


@dataclass(frozen=True)
class PlannedImage:
    """One image.

    Attributes:
        file: its path below the set's folder, with forward slashes; the suffix is the format, ``.png`` or ``.jpg``.
        scene: the scene's name.
        level: from 0, the least haze.
        params: its haze, grey.
        split_random: 'train' or 'test' where a set is split by image.
        split_scene: 'train' or 'test' where a set is split by scene.
    """

    file: str
    scene: str
    level: int
    params: HazeParams
    split_random: str
    split_scene: str

    @property
    def visibility(self) -> float:
        """3 / beta, metres."""
        return beta_to_visibility(self.params.beta)

    def as_text(self) -> dict[str, str]:
        """The cells of the row in a CSV file; floats are written so that they read back the same."""
        cells = dict(self.params.as_text(colour=False), file=self.file, scene=self.scene, level=str(self.level),
                     visibility=str(self.visibility), split_random=self.split_random, split_scene=self.split_scene)
        return {name: cells[name] for name in COLUMNS}


def plan_rows(scenes: Sequence[str], *, betas: Sequence[float], fogs: Sequence[str], suffix: str, test_share: float,
              noise: str = 'frida', seed: int = 0, near_duplicates: Iterable[Sequence[str]] = ()) -> list[PlannedImage]:
    """Every scene in every fog at every level, in this order; the levels of a scene in one fog have the same noise.

    Args:
        scenes: their names, each once.
        betas: the scattering coefficient of each level, 1/metre.
        fogs: some of :data:`mmhaze.synthesis.fog.FOGS`.
        suffix: ``.png`` or ``.jpg``.
        test_share: of the scenes, in the split by scene; the split by image tests on 10 % of every level.
        noise: one of :data:`mmhaze.synthesis.noise.NOISES`.
        seed: of all noise.
        near_duplicates: groups of scenes that look alike, to be kept on one side of the split by scene.
    """
    split_scene = split_by_scene(scenes, test_share, SPLIT_SEED, near_duplicates)
    images = [(scene, fog, level) for scene in scenes for fog in fogs for level in range(len(betas))]
    split_random = split_by_image([level for _, _, level in images], TEST_SHARE_BY_IMAGE, SPLIT_SEED)
    rows = []
    for (scene, fog, level), split in zip(images, split_random):
        params = frida_params(fog, betas[level], noise_seed(seed, scene, fog), noise)
        file = f'level_{level}/{scene}_{fog}{suffix}'
        rows.append(PlannedImage(file, scene, level, params, split, split_scene[scene]))
    return rows

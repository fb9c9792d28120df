"""Hazel-level, made anew: 84 scenes of FRIDA and FRIDA2 in 4 fogs at 9 levels, 3024 images.

The set's authors never released it. Its size, labels and one picture of it fit this reading: k is 0.010 to 0.050 per
metre in steps of 0.005, over all 18 + 66 scenes in the four fogs of FRIDA. ``noise='frida'`` draws the fog as FRIDA
does, ``noise='hazel'`` as in that picture. FRIDA and FRIDA2 are for research only and are not part of this package.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..io.files import write_whole
from ..io.photo import read_photo
from ..io.tables import write_table
from .depth.own import encode_depth
from .fdd import read_fdd
from .fog import FOGS
from .levels import HAZEL_LEVEL_BETAS
from .plan import plan_rows
from .scene_set import SceneSet
from .writer import write_set

SCENES = {'frida': 18, 'frida2': 66}
DEPTH_PREFIX = {'frida': 'Dmap', 'frida2': 'LDep'}

# Clear images of one place, from the correlation of all pairs at 64x48 in grey (.92 to .999) and by eye
NEAR_DUPLICATES = tuple(tuple(f'frida2-{number:06d}' for number in group) for group in (
    (1, 2, 4, 7, 8, 10, 12, 13), (16, 17, 18, 19), (30, 47), (50, 51), (54, 55), (61, 62)))
TEST_SHARE = 0.2  # 17 of 84 scenes

CLEAR = 'clear.csv'
CLEAR_DEPTH_SCALE = 0.02  # metres for a value of 1: 16 bits reach 1310 m, and FRIDA's sky is at 1000


@dataclass(frozen=True)
class FridaScene:
    """A scene of FRIDA or FRIDA2: ``frida-000001``, its clear image and its depth map."""

    id: str
    image: Path
    depth: Path

    def load(self) -> tuple[np.ndarray, np.ndarray]:
        """(clear (H, W, 3) uint8 BGR, depth (H, W) float64, metres)"""
        clear = read_photo(self.image)
        depth = read_fdd(self.depth)
        if depth.shape != clear.shape[:2]:
            raise ValueError(f'{self.depth} is {depth.shape[1]}x{depth.shape[0]} and its picture {self.image} is '
                             f'{clear.shape[1]}x{clear.shape[0]}; they must be one size. '
                             'Copy both again from their source.')
        return clear, depth


def find_scenes(src: str | Path, allow_partial: bool = False) -> list[FridaScene]:
    """The scenes below ``src``, as FRIDA and FRIDA2 are published.

    Args:
        src: holds ``frida/LIma-%06d.png`` with ``frida/Dmap-%06d.fdd`` and ``frida2/LIma-%06d.png`` with
            ``frida2/LDep-%06d.fdd``; a depth map may also be gzipped, ``.fdd.gz``.
        allow_partial: take what is there, where some of the 84 scenes are missing.

    Raises:
        FileNotFoundError: an image has no depth map, or there is no scene at all.
        ValueError: scenes are missing, without ``allow_partial``.
    """
    src = Path(src)
    scenes = []
    for name, prefix in DEPTH_PREFIX.items():
        for image in sorted((src / name).glob('LIma-[0-9][0-9][0-9][0-9][0-9][0-9].png')):
            number = image.stem[len('LIma-'):]
            depth = image.with_name(f'{prefix}-{number}.fdd')
            candidates = [path for path in (depth, depth.with_name(f'{depth.name}.gz')) if path.is_file()]
            if not candidates:
                raise FileNotFoundError(f'{image} has no depth map: {depth} (or {depth.name}.gz) is missing. '
                                        'Put it there, or take the image away and allow a part of the set.')
            scenes.append(FridaScene(f'{name}-{number}', image, candidates[0]))
    found = {name: sum(scene.id.startswith(f'{name}-') for scene in scenes) for name in SCENES}
    if not scenes:
        raise FileNotFoundError(f'{src} holds no scene; it should have frida/LIma-000001.png and so on, and frida2/ '
                                'alike. Name the folder above those two.')
    if found != SCENES and not allow_partial:
        raise ValueError(f'Hazel-level needs {SCENES["frida"]} scenes in {src / "frida"} and {SCENES["frida2"]} in '
                         f'{src / "frida2"}, found {found["frida"]} and {found["frida2"]}. '
                         'Add the others, or pass --allow-partial (allow_partial=True) for a smaller set.')
    return scenes


def make_hazel_level(src: str | Path, out: str | Path, *, workers: int | None = None, noise: str = 'frida',
                     seed: int = 0, allow_partial: bool = False, keep_clear: bool = False) -> Path:
    """Writes the set to ``out``, or what is missing of it there, and returns the path of its manifest.

    Args:
        src: see :func:`find_scenes`.
        out: the set's folder; about 0.85 GB.
        workers: see :func:`mmhaze.synthesis.writer.write_set`.
        noise: 'frida' or 'hazel', see :mod:`mmhaze.synthesis.noise`.
        seed: of all noise; the splits do not depend on it.
        allow_partial: see :func:`find_scenes`.
        keep_clear: also write the clear scenes and their depth, see :func:`write_clear`.
    """
    scenes = find_scenes(src, allow_partial)
    rows = plan_rows([scene.id for scene in scenes], betas=HAZEL_LEVEL_BETAS, fogs=FOGS, suffix='.png',
                     test_share=TEST_SHARE, noise=noise, seed=seed, near_duplicates=NEAR_DUPLICATES)
    manifest = write_set(SceneSet(scenes, rows, out), workers)
    if keep_clear:
        write_clear(scenes, {row.scene: row.split_scene for row in rows}, Path(out))
    return manifest


def write_clear(scenes: Sequence[FridaScene], part_of: Mapping[str, str], out: Path) -> Path:
    """Writes the clear scenes and their depth, for haze that is drawn afresh while training.

    ``clear.csv`` lists ``clear/SCENE.png`` as level 0, with its depth, ``clear_depth/SCENE.png``, 16 bits in steps of
    2 cm, and its part in the split ``scene``. In the split ``random`` every scene is on both sides.

    Args:
        scenes: of FRIDA and FRIDA2.
        part_of: 'train' or 'test' by the name of a scene.
        out: the set's folder.

    Returns:
        The path of the list, which is written last.
    """
    rows = []
    for scene in scenes:
        clear, depth = scene.load()
        row = dict(file=f'clear/{scene.id}.png', scene=scene.id, level='0', depth=f'clear_depth/{scene.id}.png',
                   split_scene=part_of[scene.id])
        write_whole(out / row['file'], cv2.imencode('.png', clear)[1].tobytes())
        write_whole(out / row['depth'], encode_depth(depth, CLEAR_DEPTH_SCALE))
        rows.append(row)
    write_table(out / CLEAR, rows)
    return out / CLEAR

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..io.photo import read_photo
from ..registry import DATASETS
from ..synthesis.depth.drawn import draw_depth
from .made_scenes import MadeScenes

SECTION = (0.55, 1.0)  # of each side


@DATASETS.register_module()
class PhotoScenes(MadeScenes):
    """Sections of clear photos, each with a depth drawn for it: see :func:`~mmhaze.synthesis.depth.drawn.draw_depth`.

    Args:
        data_root: the folder of the photos.
        photos: their names in it; they are taken in turn.
        count, seed, size, pipeline, cache_mb: see :class:`~mmhaze.datasets.made_scenes.MadeScenes`.

    Raises:
        FileNotFoundError: a photo is missing; the message names it.
        ValueError: ``photos`` is empty, or ``count`` or ``seed`` is out of its range.
    """

    def __init__(self, data_root: str | Path, photos: Sequence[str], count: int, seed: int = 0,
                 size: tuple[int, int] = (192, 256), pipeline: Sequence[dict] = (), cache_mb: float = 0) -> None:
        super().__init__(count, seed, size, pipeline, cache_mb)
        if not photos:
            raise ValueError('PhotoScenes wants photos, the names of files in data_root, got none.')
        self.paths = [Path(data_root, name) for name in photos]
        for path in self.paths:
            if not path.is_file():
                raise FileNotFoundError(f'There is no photo {path}. data_root must be the folder that holds the '
                                        'photos of the config.')

    def make(self, index: int) -> dict[str, Any]:
        """Cuts it out and draws its depth."""
        path, rng = self.paths[index % len(self.paths)], np.random.default_rng(self.seed + index)
        photo = read_photo(path)
        share = rng.uniform(*SECTION)
        high, wide = (max(1, round(share * side)) for side in photo.shape[:2])
        top, left = (int(rng.integers(side - part + 1)) for side, part in zip(photo.shape[:2], (high, wide)))
        section = cv2.resize(photo[top:top + high, left:left + wide], self.size[::-1], interpolation=cv2.INTER_AREA)
        return dict(img=section, depth=draw_depth(section, rng), img_path=f'{path} {index}')

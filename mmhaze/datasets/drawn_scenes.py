from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..registry import DATASETS
from ..synthesis.landscapes import render_landscape
from ..synthesis.scenes import render_scene
from .made_scenes import MadeScenes

PAINTERS = dict(streets=render_scene, landscapes=render_landscape)


@DATASETS.register_module()
class DrawnScenes(MadeScenes):
    """Clear scenes with their depth: no file is read or written. Drawing one of 192 x 256 pixels takes 0.1 to 0.2 s.

    Args:
        count, seed, size, pipeline, cache_mb: see :class:`~mmhaze.datasets.made_scenes.MadeScenes`.
        kind: ``'streets'``, see :func:`mmhaze.synthesis.scenes.render_scene`, or ``'landscapes'``, places without a
            road, see :func:`mmhaze.synthesis.landscapes.render_landscape`.

    Raises:
        ValueError: ``kind`` is neither, or ``count`` or ``seed`` is out of its range.
    """

    def __init__(self, count: int, seed: int = 0, size: tuple[int, int] = (192, 256), pipeline: Sequence[dict] = (),
                 cache_mb: float = 0, kind: str = 'streets') -> None:
        super().__init__(count, seed, size, pipeline, cache_mb)
        if kind not in PAINTERS:
            raise ValueError(f'kind must be one of {sorted(PAINTERS)}, got {kind!r}.')
        self.kind = kind

    def make(self, index: int) -> dict[str, Any]:
        """Draws it."""
        clear, depth = PAINTERS[self.kind](self.seed + index, self.size)
        return dict(img=clear, depth=depth.astype('float32'), img_path=f'drawn {self.kind} {self.seed + index}')

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmcv.transforms import Compose
from mmpretrain.registry import TRANSFORMS
from torch.utils.data import Dataset

from .sample_cache import SampleCache


class MadeScenes(Dataset):
    """Clear pictures with depth that are made when they are first wanted and then kept: a subclass makes them.

    A sample has ``img``, (H, W, 3) uint8 BGR, ``depth``, metres, (H, W) float32, and ``img_path``, a name.

    Args:
        count: how many.
        seed: of the first; the others follow.
        size: (H, W), pixels.
        pipeline: the steps after making one.
        cache_mb: megabytes in which to keep the scenes, see :class:`~mmhaze.datasets.sample_cache.SampleCache`; 0
            makes them every time. One of 192 x 256 pixels takes 0.35.

    Raises:
        ValueError: ``count`` or ``seed`` is out of its range.
    """

    def __init__(self, count: int, seed: int = 0, size: tuple[int, int] = (192, 256), pipeline: Sequence[dict] = (),
                 cache_mb: float = 0) -> None:
        if count < 1 or seed < 0:
            raise ValueError(f'count is at least 1 and seed at least 0, got {count} and {seed}.')
        self.count, self.seed, self.size = count, seed, (size[0], size[1])
        self.pipeline = Compose([TRANSFORMS.build(step) for step in pipeline])
        self.cache = SampleCache(count, int(cache_mb * 2**20)) if cache_mb else None
        self.metainfo: dict[str, Any] = {}  # the host's runner asks for it

    def full_init(self) -> None:
        """The host's ``ConcatDataset`` asks for it; nothing is left to do."""

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Any:
        """The scene ``index`` after the pipeline."""
        if not 0 <= index < self.count:
            raise IndexError(f'The scenes are 0 to {self.count - 1}, got {index}.')
        scene = None if self.cache is None else self.cache.get(index)
        if scene is None:
            scene = self.make(index)
            if self.cache is not None:
                self.cache.put(index, scene)
        return self.pipeline(scene)

    def make(self, index: int) -> dict[str, Any]:
        """The scene ``index`` before the pipeline."""
        raise NotImplementedError

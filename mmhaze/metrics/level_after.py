from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmengine.evaluator import BaseMetric
from torch import Tensor

from ..io.photo import from_unit_rgb
from ..registry import METRICS

PICTURES = dict(before='hazy', after='dehazed', clear='clear')


@METRICS.register_module()
class LevelAfterDehazing(BaseMetric):
    """What a trained classifier says of the haze before and after it was taken away: a judge that needs no clear photo.

    - ``dehaze/level_before`` and ``dehaze/level_after``: the mean over photos of the mean level by its probabilities;
    - ``dehaze/level_clear``: that of the clear photos, where the samples have them. No dehazer is meant to get below;
    - ``dehaze/level_lower``: of how many photos the level fell, percent.

    Takes the samples' ``hazy``, ``dehazed`` and ``clear``, (3, H, W) RGB in [0, 1], and rounds them to 8 bits, as files
    have them. The judge sees traces that no person would: mind that it was trained on haze, not on what dehazers leave.

    Args:
        model: the classifier's config file, or the name of one of mmhaze's.
        checkpoint: what was trained with it.
        device: where it runs; by default the accelerator if there is one.
        **settings: those of :class:`mmengine.evaluator.BaseMetric`.

    Raises:
        FileNotFoundError, ValueError: see :class:`mmhaze.HazeInferencer`.
    """

    default_prefix = 'dehaze'

    def __init__(self, model: str | Path, checkpoint: str | Path, device: str | None = None, **settings) -> None:
        from ..models.trained import LevelModel  # the metrics are imported before it can be
        super().__init__(**settings)
        self.judge = LevelModel(model, checkpoint, device)

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Judges a batch of photos."""
        for sample in data_samples:
            known = {when: name for when, name in PICTURES.items() if name in sample}
            levels = self._levels([sample[name] for name in known.values()])
            self.results.append(dict(zip(known, levels)))

    def compute_metrics(self, results: list[dict[str, float]]) -> dict[str, float]:
        """The levels of each photo -> their means."""
        scores = {f'level_{when}': float(np.mean([result[when] for result in results]))
                  for when in PICTURES if all(when in result for result in results)}
        lower = [result['after'] < result['before'] for result in results]
        return dict(scores, level_lower=100 * float(np.mean(lower)))

    def _levels(self, photos: Sequence[Tensor]) -> list[float]:
        scores = self.judge.predict([self.judge.prepare(from_unit_rgb(photo.cpu().numpy()), f'photo {place}')
                                     for place, photo in enumerate(photos)])
        return (scores @ np.arange(scores.shape[1])).tolist()

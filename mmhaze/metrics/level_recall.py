from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from ..registry import METRICS


@METRICS.register_module()
class LevelRecall(BaseMetric):
    """The percentage of the photos of a level that is found, light haze apart from heavy.

    - ``recall/light``: the mean over the lower half of the levels; the paper's claim is about these;
    - ``recall/heavy``: the mean over the upper half;
    - ``recall/level_0`` and so on: each level by itself. Of an odd number of levels the middle one stands only here.

    A level without photos is NaN, and left out of the means. Takes the samples' ``gt_label``, ``pred_label`` and
    ``pred_score``, which tells how many levels there are. The arguments are those of
    :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'recall'

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Collects a batch of predictions."""
        self.results.extend((int(sample['gt_label']), int(sample['pred_label']), len(sample['pred_score']))
                            for sample in data_samples)

    def compute_metrics(self, results: list[tuple[int, int, int]]) -> dict[str, float]:
        """(true level, predicted level, number of levels) -> the scores."""
        true, predicted, (levels, *_) = np.asarray(results).T
        photos = np.bincount(true, minlength=levels)
        found = np.bincount(true[true == predicted], minlength=levels)
        recall = np.divide(100 * found, photos, out=np.full(levels, np.nan), where=photos > 0)
        half = levels // 2
        return dict(light=_mean_of_known(recall[:half]), heavy=_mean_of_known(recall[-half:]),
                    **{f'level_{level}': float(value) for level, value in enumerate(recall)})


def _mean_of_known(values: np.ndarray) -> float:
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Mean of empty slice', RuntimeWarning)  # NaN says as much
        return float(np.nanmean(values))

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from ..registry import METRICS


@METRICS.register_module()
class OrdinalMetric(BaseMetric):
    """How many levels the predictions are off: ``ordinal/mae``, the mean, and ``ordinal/within_1``, the percentage that
    is off by at most one.

    Takes the samples' ``gt_label`` and ``pred_label``, levels from 0. The arguments are those of
    :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'ordinal'

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Collects a batch of predictions."""
        self.results.extend((int(sample['gt_label']), int(sample['pred_label'])) for sample in data_samples)

    def compute_metrics(self, results: list[tuple[int, int]]) -> dict[str, float]:
        """(true, predicted) levels -> the scores."""
        true, predicted = np.asarray(results).T
        off = np.abs(true - predicted)
        return dict(mae=float(off.mean()), within_1=float((off <= 1).mean() * 100))

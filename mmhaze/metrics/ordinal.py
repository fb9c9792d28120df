from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from ..registry import METRICS


@METRICS.register_module()
class OrdinalMetric(BaseMetric):
    """How far off the predictions are, as levels have an order.

    - ``ordinal/mae``: the mean error in levels;
    - ``ordinal/within_1``: the percentage that is off by at most one level;
    - ``ordinal/kappa``: Cohen's kappa with quadratic weights, see :func:`quadratic_kappa`.

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
        return dict(mae=float(off.mean()), within_1=float((off <= 1).mean() * 100),
                    kappa=quadratic_kappa(true, predicted))


def quadratic_kappa(true: np.ndarray, predicted: np.ndarray) -> float:
    r"""Cohen's kappa, an error of n levels weighing :math:`n^2` [cohen1968]_.

    :math:`1 - \sum w_{ij} O_{ij} / \sum w_{ij} E_{ij}` with :math:`w_{ij} = (i - j)^2`: the mean squared error against
    the one that is to be expected where photos and predictions are paired by chance. How many levels there are cancels.

    Args:
        true, predicted: levels, (N,) int.

    Returns:
        1 for perfect predictions, 0 for those no better than chance, below 0 for worse; NaN where all are one level.

    .. [cohen1968] J. Cohen, "Weighted kappa", Psychological Bulletin 70(4), 1968.
    """
    by_chance = true.var() + predicted.var() + (true.mean() - predicted.mean())**2
    return float(1 - np.square(true - predicted).mean() / by_chance) if by_chance else math.nan

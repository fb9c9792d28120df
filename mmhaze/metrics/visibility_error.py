from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from ..models.heads.visibility_head import LIMIT, measured_visibility
from ..registry import METRICS
from . import agreement

FACTORS = (1.5, 2)


@METRICS.register_module()
class VisibilityError(BaseMetric):
    r"""How far predicted visibility is from what an instrument measured that sees no farther than ``limit``.

    - ``visibility/within_factor_1.5``, ``visibility/within_factor_2``: the percentage of photos with
      :math:`1 / k \le \hat V / V \le k`;
    - ``visibility/median_error``: the median of :math:`|\hat V / V - 1|`, percent;
    - ``visibility/median_error_near``: that of the photos with V < ``near``; NaN where there is none;
    - ``visibility/rank_correlation``: Spearman's, equal values sharing their ranks; NaN where all truths or all
      predictions are equal.

    Where V is the limit or more, the instrument says "at least the limit": a prediction above the limit is right, one
    below is compared with the limit. Of any other photo a prediction counts as it is. For ranks all that is above the
    limit, measured or predicted, is equal.

    Takes the samples' ``visibility`` and ``pred_visibility``, metres, as :class:`~mmhaze.models.VisibilityHead` does.

    Args:
        limit: metres, as in the head.
        near: metres; below is where a wrong visibility matters most.
        collect_device, prefix: those of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'visibility'

    def __init__(self, limit: float = LIMIT, near: float = 5000.0, collect_device: str = 'cpu',
                 prefix: str | None = None) -> None:
        super().__init__(collect_device, prefix)
        self.limit, self.near = limit, near

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Collects a batch.

        Raises:
            ValueError: a sample has no measured visibility above 0, or a prediction that is no distance.
        """
        for sample in data_samples:
            measured, predicted = measured_visibility(sample), float(sample['pred_visibility'])
            if not 0 < predicted < math.inf:
                raise ValueError(f'{sample.get("img_path", "A photo without a path")}: wanted pred_visibility, finite '
                                 f'metres above 0, got {predicted}. If training diverged, lower its learning rate.')
            self.results.append((measured, predicted))

    def compute_metrics(self, results: list[tuple[float, float]]) -> dict[str, float]:
        """(measured, predicted) metres -> the scores."""
        measured, predicted = np.array(results, dtype=np.float64).T
        true, seen = np.minimum(measured, self.limit), np.minimum(predicted, self.limit)
        judged = np.where(measured >= self.limit, seen, predicted)
        error, factor = np.abs(judged / true - 1) * 100, np.maximum(judged / true, true / judged)
        near = error[measured < self.near]
        return dict({f'within_factor_{each}': float((factor <= each).mean() * 100) for each in FACTORS},
                    median_error=float(np.median(error)),
                    median_error_near=float(np.median(near)) if len(near) else math.nan,
                    rank_correlation=rank_correlation(true, seen))


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """That of :mod:`.agreement`, but NaN where all values of one are equal."""
    return agreement.rank_correlation(first, second) if np.ptp(first) and np.ptp(second) else math.nan

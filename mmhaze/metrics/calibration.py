from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from ..registry import METRICS

BINS = 15  # as most reports have it


@METRICS.register_module()
class CalibrationError(BaseMetric):
    """How far a network's confidence is from how often it is right: ``calibration/ece``, percentage points.

    The expected calibration error [guo2017]_: predictions go into 15 equally wide bins by their confidence, the
    greatest ``pred_score``; the difference between mean confidence and accuracy in each bin is averaged, weighted by
    how many predictions are in it. Takes the samples' ``gt_label``, ``pred_label`` and ``pred_score``, probabilities.
    The arguments are those of :class:`mmengine.evaluator.BaseMetric`.

    .. [guo2017] C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """

    default_prefix = 'calibration'

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Collects a batch of predictions."""
        self.results.extend((float(sample['pred_score'].max()), int(sample['gt_label']) == int(sample['pred_label']))
                            for sample in data_samples)

    def compute_metrics(self, results: list[tuple[float, bool]]) -> dict[str, float]:
        """(confidence, whether right) -> the score."""
        confidence, right = np.asarray(results, np.float64).T
        return dict(ece=100 * expected_calibration_error(confidence, right))


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    r"""The expected calibration error, :math:`\sum_b n_b / N |acc_b - conf_b|`, in [0, 1].

    Args:
        confidence: in [0, 1], (N,) float64. A bin holds its upper edge, not its lower one.
        right: 1 where the prediction is right, else 0, (N,).
    """
    bins = np.digitize(confidence, np.linspace(0, 1, BINS + 1)[1:-1], right=True)
    surplus = np.bincount(bins, confidence - right)
    return float(np.abs(surplus).sum() / len(confidence))

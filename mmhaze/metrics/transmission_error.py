from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from ..registry import METRICS


@METRICS.register_module()
class TransmissionError(BaseMetric):
    """The mean over pictures of the mean error of their transmission where there is no sky, ``transmission/error``.

    Takes the samples' ``transmission_error``, as :class:`mmhaze.models.HazeMapNet` gives it. The arguments are those of
    :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'transmission'

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Collects a batch."""
        self.results.extend(float(sample['transmission_error']) for sample in data_samples)

    def compute_metrics(self, results: list[float]) -> dict[str, float]:
        """The errors of the pictures -> their mean."""
        return dict(error=float(np.mean(results)))

from __future__ import annotations

import pytest
from mmpretrain.registry import METRICS


def test_the_mean_error_in_levels_and_the_share_within_one():
    metric = METRICS.build(dict(type='OrdinalMetric'))
    true, predicted = [0, 1, 2, 3, 8], [0, 2, 0, 3, 4]  # off by 0, 1, 2, 0, 4
    metric.process({}, [dict(gt_label=t, pred_label=p) for t, p in zip(true[:3], predicted)])
    metric.process({}, [dict(gt_label=t, pred_label=p) for t, p in zip(true[3:], predicted[3:])])
    scores = metric.evaluate(5)
    assert scores['ordinal/mae'] == pytest.approx(7 / 5)
    assert scores['ordinal/within_1'] == pytest.approx(100 * 3 / 5)

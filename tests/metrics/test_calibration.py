from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpretrain.registry import METRICS

from mmhaze.metrics import expected_calibration_error


def slow_error(confidence: list[float], right: list[bool]) -> float:
    """As the formula reads, a bin at a time."""
    error = 0.0
    for number in range(15):
        low, high = number / 15, (number + 1) / 15
        inside = [(c, r) for c, r in zip(confidence, right) if low < c <= high]
        if inside:
            accuracy = sum(r for _, r in inside) / len(inside)
            error += len(inside) / len(confidence) * abs(accuracy - sum(c for c, _ in inside) / len(inside))
    return error


@pytest.mark.parametrize('photos', [1, 7, 500])
def test_any_predictions_have_the_error_of_the_slow_loop(photos, rng):
    for power in (0.3, 1, 3):
        confidence = rng.random(photos)**power
        right = rng.random(photos) < 0.6
        expected = slow_error(confidence.tolist(), right.tolist())
        assert expected_calibration_error(confidence, right) == pytest.approx(expected, abs=1e-12)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    # 0.4 is the upper edge of the sixth bin: 0.39 is there too, and 0.41 is not
    for pair in ([0.4, 0.39], [0.4, 0.41]):
        assert expected_calibration_error(np.array(pair), np.array([1, 0])) == pytest.approx(slow_error(pair, [1, 0]))


def test_always_sure_and_always_right_is_no_error_and_always_wrong_is_all():
    sure = np.ones(4)
    assert expected_calibration_error(sure, np.ones(4)) == 0
    assert expected_calibration_error(sure, np.zeros(4)) == 1


def test_the_metric_takes_the_greatest_score_and_gives_percentage_points():
    metric = METRICS.build(dict(type='CalibrationError'))
    scores = torch.tensor([[0.1, 0.9], [0.2, 0.8], [0.7, 0.3]])
    samples = [dict(gt_label=torch.tensor([label]), pred_label=score.argmax(0, keepdim=True), pred_score=score)
               for label, score in zip((1, 0, 0), scores)]
    metric.process({}, samples[:2])
    metric.process({}, samples[2:])
    # right, wrong, right at 0.9, 0.8, 0.7: three bins
    assert metric.evaluate(3)['calibration/ece'] == pytest.approx(100 * (0.1 + 0.8 + 0.3) / 3)

from __future__ import annotations

import math

import numpy as np
import pytest
from mmpretrain.registry import METRICS
from sklearn.metrics import cohen_kappa_score

from mmhaze.metrics import quadratic_kappa


def scikit_learns(true, predicted, levels: int) -> float:
    # without all labels it would take the levels 0 and 2 for neighbours where nobody is or says 1
    return cohen_kappa_score(true, predicted, weights='quadratic', labels=range(levels))


def test_the_mean_error_in_levels_and_the_share_within_one():
    metric = METRICS.build(dict(type='OrdinalMetric'))
    true, predicted = [0, 1, 2, 3, 8], [0, 2, 0, 3, 4]  # off by 0, 1, 2, 0, 4
    metric.process({}, [dict(gt_label=t, pred_label=p) for t, p in zip(true[:3], predicted)])
    metric.process({}, [dict(gt_label=t, pred_label=p) for t, p in zip(true[3:], predicted[3:])])
    scores = metric.evaluate(5)
    assert scores['ordinal/mae'] == pytest.approx(7 / 5)
    assert scores['ordinal/within_1'] == pytest.approx(100 * 3 / 5)
    assert scores['ordinal/kappa'] == pytest.approx(scikit_learns(true, predicted, 9))


@pytest.mark.parametrize('levels', [2, 5, 10])
def test_kappa_is_that_of_scikit_learn(levels, rng):
    for noise in (0, 1, 4):
        true = rng.integers(0, levels, 200)
        predicted = (true + rng.integers(-noise, noise + 1, 200)).clip(0, levels - 1)
        predicted[0] = min(predicted[0] + 1, levels - 1)  # their means differ, too
        assert quadratic_kappa(true, predicted) == pytest.approx(scikit_learns(true, predicted, levels), abs=1e-12)


def test_kappa_by_hand():
    # squared errors 0, 1, 1, 0; by chance, over all 16 pairs of (0, 0, 1, 1) and (0, 1, 0, 1), a half
    assert quadratic_kappa(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])) == pytest.approx(0)
    assert quadratic_kappa(np.array([0, 1, 2]), np.array([2, 1, 0])) == pytest.approx(-1)
    assert quadratic_kappa(np.array([0, 1, 2]), np.array([0, 1, 2])) == 1


def test_of_one_level_kappa_says_nothing():
    assert math.isnan(quadratic_kappa(np.array([3, 3]), np.array([3, 3])))

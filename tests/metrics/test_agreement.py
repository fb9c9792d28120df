from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import roc_auc_score

from mmhaze.metrics.agreement import area_under_roc, bootstrap, rank, rank_correlation


def test_areas_and_correlations_are_those_of_scipy_and_scikit_learn(rng):
    truth, scores = rng.integers(0, 2, 200), rng.integers(0, 20, 200)  # many are equal
    np.testing.assert_array_equal(rank(scores), rankdata(scores))
    assert area_under_roc(truth, scores) == pytest.approx(roc_auc_score(truth, scores))
    grades = truth * 3 + scores // 4
    assert rank_correlation(grades, scores) == pytest.approx(spearmanr(grades, scores).statistic)
    assert rank_correlation(np.zeros(4), np.arange(4)) == 0


def test_intervals_are_over_samples_and_not_over_their_rows(rng):
    """Twenty videos of fifty equal frames say as much as twenty frames do."""
    videos, right = np.repeat(np.arange(20), 50), np.repeat(rng.integers(0, 2, 20), 50)
    low, high = bootstrap(lambda chosen: right[chosen].mean(), videos)
    assert high - low == pytest.approx(2 * 1.96 * right.std() / np.sqrt(20), rel=0.25)
    assert bootstrap(lambda chosen: right[chosen].mean(), videos) == (low, high)
    rows = bootstrap(lambda chosen: right[chosen].mean(), np.arange(1000))
    assert rows[1] - rows[0] < (high - low) / 3


def test_draws_that_do_not_define_the_statistic_are_left_out():
    truth = np.array([0, 0, 1])
    low, high = bootstrap(lambda chosen: truth[chosen].mean() if truth[chosen].any() else None, [1, 2, 3])
    assert 0 < low <= high <= 1

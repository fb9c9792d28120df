from __future__ import annotations

import math

import numpy as np
import pytest
from mmpretrain.registry import METRICS
from scipy.stats import spearmanr

from mmhaze.metrics.visibility_error import rank_correlation


def scores(measured, predicted, **settings) -> dict[str, float]:
    metric = METRICS.build(dict(type='VisibilityError', **settings))
    samples = [dict(visibility=v, pred_visibility=p, img_path=f'{number}.jpg')
               for number, (v, p) in enumerate(zip(measured, predicted))]
    metric.process({}, samples[:2])
    metric.process({}, samples[2:])
    return {name.removeprefix('visibility/'): value for name, value in metric.evaluate(len(samples)).items()}


def test_the_scores_by_hand():
    # factors 1.5, 1.5, 2, 2.1, 1; errors 50, 33.3, 100, 52.4 and 0 percent
    found = scores([1000, 3000, 6000, 2100, 12_000], [1500, 2000, 12_000, 1000, 12_000])
    assert found['within_factor_1.5'] == pytest.approx(60) and found['within_factor_2'] == pytest.approx(80)
    assert found['median_error'] == pytest.approx(50)
    assert found['median_error_near'] == pytest.approx(50)  # of 50, 33.3 and 52.4
    # ranks 1 3 4 2 5 against 2 3 4.5 1 4.5
    assert found['rank_correlation'] == pytest.approx(spearmanr([1, 3, 4, 2, 5], [2, 3, 4.5, 1, 4.5])[0])
    assert len(found) == 5


def test_near_is_below_that_many_metres():
    found = scores([1000, 3000, 6000], [1500, 3300, 6000], near=3000)
    assert found['median_error_near'] == pytest.approx(50) and found['median_error'] == pytest.approx(10)
    assert math.isnan(scores([6000, 7000], [6000, 7000])['median_error_near'])


@pytest.mark.parametrize(('predicted', 'error', 'within'), [
    (20_000, 0, (100, 100)), (90_000, 0, (100, 100)), (16_000, 20, (100, 100)), (11_000, 45, (0, 100)),
    (2000, 90, (0, 0))])
@pytest.mark.parametrize('measured', [20_000, 55_000, math.inf])
def test_at_the_limit_more_is_right_and_less_is_compared_with_the_limit(measured, predicted, error, within):
    found = scores([measured], [predicted])
    assert found['median_error'] == pytest.approx(error)
    assert (found['within_factor_1.5'], found['within_factor_2']) == within


def test_below_the_limit_a_prediction_beyond_it_counts_as_it_is():
    assert scores([15_000], [45_000])['median_error'] == pytest.approx(200)
    assert scores([15_000], [45_000], limit=10_000)['median_error'] == 0


def test_how_far_beyond_the_limit_does_not_count_for_ranks():
    measured, predicted = [100, 900, 20_000, 30_000, math.inf], [200, 300, 90_000, 50_000, 20_000]
    assert scores(measured, predicted)['rank_correlation'] == pytest.approx(1)


def test_rank_correlation_is_scipys_with_ties(rng):
    for values in (3, 10, 1000):
        first, second = rng.integers(0, values, (2, 200)).astype(float)
        second += first
        assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second)[0], abs=1e-12)
    assert rank_correlation(np.arange(5.0), -np.exp(np.arange(5))) == pytest.approx(-1)
    assert math.isnan(rank_correlation(np.ones(3), np.arange(3.0)))


@pytest.mark.parametrize('predicted', [math.nan, math.inf, 0.0, -3.0])
def test_a_prediction_that_is_no_distance_is_an_error_that_names_the_photo(predicted):
    with pytest.raises(ValueError, match=r'^1\.jpg: wanted pred_visibility, finite metres above 0, got '):
        scores([100, 100], [100, predicted])


@pytest.mark.parametrize('measured', [None, 0, math.nan])
def test_a_photo_without_a_truth_is_named(measured):
    with pytest.raises(ValueError, match=r'^0\.jpg: wanted visibility, metres above 0'):
        scores([measured], [100])

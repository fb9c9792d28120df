from __future__ import annotations

import math

import numpy as np
import pytest
from mmpretrain.registry import METRICS
from sklearn.metrics import recall_score


def evaluate(true, predicted, levels: int) -> dict[str, float]:
    metric = METRICS.build(dict(type='LevelRecall'))
    metric.process({}, [dict(gt_label=t, pred_label=p, pred_score=np.zeros(levels)) for t, p in zip(true, predicted)])
    return metric.evaluate(len(true))


@pytest.mark.parametrize(('levels', 'light', 'heavy'), [(9, range(4), range(5, 9)), (10, range(5), range(5, 10)),
                                                        (2, [0], [1])])
def test_light_and_heavy_are_scikit_learns_macro_recall_of_the_two_halves(levels, light, heavy, rng):
    true = np.concatenate([np.arange(levels), rng.integers(0, levels, 150)])
    predicted = (true + rng.integers(-1, 3, len(true))).clip(0, levels - 1)
    scores = evaluate(true, predicted, levels)
    for name, half in dict(light=light, heavy=heavy).items():
        expected = 100 * recall_score(true, predicted, labels=list(half), average='macro')
        assert scores[f'recall/{name}'] == pytest.approx(expected)
    each = 100 * recall_score(true, predicted, labels=list(range(levels)), average=None)
    assert [scores[f'recall/level_{level}'] for level in range(levels)] == pytest.approx(each.tolist())


def test_a_level_without_photos_is_unknown_and_left_out_of_the_mean():
    scores = evaluate([0, 0, 3], [0, 2, 1], 4)  # of level 0 a half is found, of 3 nothing; none of 1 and 2
    assert math.isnan(scores['recall/level_1']) and math.isnan(scores['recall/level_2'])
    assert scores['recall/light'] == pytest.approx(50) and scores['recall/heavy'] == 0


def test_a_half_without_photos_is_unknown():
    scores = evaluate([2, 3], [2, 3], 4)
    assert math.isnan(scores['recall/light']) and scores['recall/heavy'] == 100

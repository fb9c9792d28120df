from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from mmhaze.reproduction.report import area_of_haze, bound, score

LEVELS = 9


@pytest.fixture
def rows(rng) -> list[dict]:
    level = rng.integers(0, LEVELS, 400)
    predicted = np.clip(level + rng.integers(-2, 3, 400), 0, LEVELS - 1)
    probabilities = rng.dirichlet(np.ones(LEVELS), 400)
    return [dict(level=int(a), predicted=int(b), probabilities=p.tolist(), fog='uniform' if a % 2 else 'cloudy')
            for a, b, p in zip(level, predicted, probabilities)]


def test_scores_are_those_of_scikit_learn(rows):
    true, predicted = ([row[key] for row in rows] for key in ('level', 'predicted'))
    found = score(rows, LEVELS)
    recall = metrics.recall_score(true, predicted, average=None)
    expected = dict(
        photos=400, accuracy=metrics.accuracy_score(true, predicted),
        macro_f1=metrics.f1_score(true, predicted, average='macro'), mae=metrics.mean_absolute_error(true, predicted),
        kappa=metrics.cohen_kappa_score(true, predicted, weights='quadratic'),
        within_1=np.mean(np.abs(np.subtract(true, predicted)) <= 1), recall_light=recall[:4].mean(),
        recall_heavy=recall[-4:].mean())
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert found['recall'] == pytest.approx(recall.tolist())
    assert found['confusion'] == metrics.confusion_matrix(true, predicted).tolist()


def test_macro_f1_is_over_the_levels_that_occur(rows):
    few = [row for row in rows if row['level'] < 3]
    true, predicted = ([row[key] for row in few] for key in ('level', 'predicted'))
    assert score(few, LEVELS)['macro_f1'] == pytest.approx(metrics.f1_score(true, predicted, average='macro'))


def test_each_fog_has_an_accuracy_of_its_own(rows):
    for fog, accuracy in score(rows, LEVELS)['accuracy_by_fog'].items():
        own = [row['level'] == row['predicted'] for row in rows if row['fog'] == fog]
        assert accuracy == pytest.approx(np.mean(own))


def test_what_is_not_defined_is_none():
    rows = [dict(level=1, predicted=1, probabilities=None, fog=None)] * 2
    found = score(rows, 4)
    assert (found['ece'], found['kappa'], found['recall_heavy'], found['accuracy_by_fog']) == (None, None, None, {})
    assert found['recall'] == [None, 1, None, None] and found['accuracy'] == 1


def test_calibration_is_the_gap_between_confidence_and_accuracy():
    rows = [dict(level=0, predicted=0, probabilities=[0.75, 0.25], fog=None)] * 2
    assert score(rows, 2)['ece'] == pytest.approx(0.25)


def test_the_area_is_that_of_any_haze_against_none(rows):
    hazy = [row['level'] > 0 for row in rows]
    said = [1 - row['probabilities'][0] for row in rows]
    assert area_of_haze(rows) == pytest.approx(metrics.roc_auc_score(hazy, said))
    bare = [dict(row, probabilities=None) for row in rows]
    assert area_of_haze(bare) == pytest.approx(metrics.roc_auc_score(hazy, [row['predicted'] for row in rows]))
    assert area_of_haze([row for row in rows if row['level']]) is None


def test_intervals_hold_the_mean_over_seeds_and_draw_scenes(rows):
    rows = [dict(row, scene=index // 40) for index, row in enumerate(rows)]
    worse = [dict(row, predicted=0) for row in rows]
    found = bound([rows, worse], LEVELS)
    for name in ('accuracy', 'macro_f1', 'mae', 'area'):
        low, high = found[name]
        middle = np.mean([score(each, LEVELS)[name] for each in (rows, worse)])
        assert low < high and low - 0.02 < middle < high + 0.02

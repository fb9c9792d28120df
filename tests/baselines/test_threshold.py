from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from mmhaze.baselines import SCORES, ThresholdClassifier
from tests.ucm.photos import wall

BETAS = (0.01, 0.045, 0.1)


def most_right(scores: np.ndarray, levels: np.ndarray, num_levels: int) -> int:
    """How many photos the best of all possible cuts get right."""
    places = [*sorted(set(scores)), scores.max() + 1]
    return max(sum(sum(cut <= score for cut in cuts) == level for score, level in zip(scores, levels))
               for cuts in itertools.combinations_with_replacement(places, num_levels - 1))


@pytest.mark.parametrize('num_levels', [2, 3, 4])
def test_no_cuts_get_more_training_photos_right(num_levels, rng):
    for _ in range(12):
        levels = rng.integers(0, num_levels, 11)
        levels[0], levels[1] = 0, num_levels - 1
        scores = levels + rng.normal(0, rng.choice([0.3, 1, 3]), 11)
        if rng.random() < 0.5:
            scores = scores.round()  # many photos of one score
        classifier = ThresholdClassifier('haze_factor', num_levels).fit_scores(scores, levels)
        right = int((classifier.predict_scores(scores) == levels).sum())
        assert right == most_right(classifier.sign * scores, levels, num_levels)
        assert (np.diff(classifier.cuts) >= 0).all()


def test_of_equally_good_cuts_the_lowest_is_taken():
    cuts = ThresholdClassifier('haze_factor', 2).fit_scores(np.array([0.0, 1.0]), [0, 1]).cuts
    assert cuts == pytest.approx([1 / 256])  # the first of 257 quantiles above 0


def test_with_many_photos_the_cuts_are_at_257_quantiles(rng):
    scores = rng.random(5000)
    cuts = ThresholdClassifier('haze_factor', 3).fit_scores(scores, np.digitize(scores, [0.3, 0.7])).cuts
    assert np.abs(cuts - [0.3, 0.7]).max() < 2 / 256
    assert np.isin(cuts, np.quantile(scores, np.linspace(0, 1, 257))).all()


def test_cuts_midway_between_the_mean_scores_by_hand():
    scores, levels = np.array([0, 2, 4, 4, 1, 7, 10]), [0, 0, 1, 1, 2, 2, 3]
    # means 1, 4, 4, 10
    classifier = ThresholdClassifier('haze_factor', 4, method='mid').fit_scores(scores, levels)
    assert classifier.cuts.tolist() == [2.5, 4, 7]
    assert classifier.predict_scores(np.array([2.4, 2.5, 4, 6.9, 7])).tolist() == [0, 1, 2, 2, 3]


def test_means_that_fall_are_taken_for_equal():
    scores, levels = np.array([0.0, 6, 4, 10]), [0, 1, 2, 3]
    cuts = ThresholdClassifier('haze_factor', 4, method='mid').fit_scores(scores, levels).cuts
    assert cuts.tolist() == [3, 6, 8]


@pytest.mark.parametrize('method', ['dp', 'mid'])
def test_a_score_that_falls_with_haze_serves_as_well(method, rng):
    levels = np.arange(60) % 3
    scores = levels + rng.random(60) * 0.8
    rising, falling = (ThresholdClassifier('haze_factor', 3, method).fit_scores(sign * scores, levels)
                       for sign in (1, -1))
    assert (rising.sign, falling.sign) == (1, -1)
    np.testing.assert_array_equal(rising.predict_scores(scores), falling.predict_scores(-scores))
    assert (rising.predict_scores(scores) == levels).all()


@pytest.mark.parametrize('score', SCORES)
def test_photos_are_told_apart_by_their_haze(score):
    photos = [wall(beta * factor) for beta in BETAS for factor in (0.9, 1, 1.1)]
    classifier = ThresholdClassifier(score, 3).fit(iter(photos), np.repeat(range(3), 3))
    assert classifier.sign == (-1 if score == 'mean_saturation' else 1)
    assert classifier.predict(wall(beta * 0.95) for beta in BETAS).tolist() == [0, 1, 2]


def test_a_photo_without_a_score_is_left_out_of_fitting_and_counts_as_level_0():
    scores, levels = np.array([0.0, 1, 2, np.nan]), [0, 1, 2, 0]
    classifier = ThresholdClassifier('haze_factor', 3).fit_scores(scores, levels)
    with pytest.warns(UserWarning, match='1 of 4 photos have no haze_factor'):
        assert classifier.predict_scores(scores[::-1]).tolist() == [0, 2, 1, 0]
    with pytest.raises(ValueError, match='None of 1 photos'):
        classifier.fit_scores(np.array([np.nan]), [0])


def test_what_was_saved_is_loaded_and_predicts_the_same(tmp_path, rng):
    levels = np.arange(90) % 9
    scores = -levels - rng.random(90)
    classifier = ThresholdClassifier('mean_saturation', 9, 'mid').fit_scores(scores, levels)
    classifier.save(tmp_path / 'new' / 'hbfd.json')
    loaded = ThresholdClassifier.load(tmp_path / 'new' / 'hbfd.json')
    assert vars(loaded).keys() == vars(classifier).keys()
    for name, value in vars(classifier).items():
        np.testing.assert_array_equal(getattr(loaded, name), value)
    np.testing.assert_array_equal(loaded.predict_scores(scores), classifier.predict_scores(scores))


def test_the_digest_tells_what_it_was_fitted_on():
    scores, levels = np.array([0.0, 1, 2]), [0, 1, 1]
    digests = {ThresholdClassifier('haze_factor', 2).fit_scores(*fitted).fitted_on
               for fitted in [(scores, levels), (scores, [0, 0, 1]), (scores + 1, levels), (scores.copy(), levels)]}
    assert len(digests) == 3


@pytest.mark.parametrize('change', [dict(cuts=[2, 1]), dict(cuts=[1]), dict(score='__import__'), dict(sign=0),
                                    dict(type='FeatureSVM'), dict(cuts=['x', 'y']), dict(num_levels=None)])
def test_a_file_of_something_else_is_refused_by_name(tmp_path, change):
    path = tmp_path / 'cuts.json'
    ThresholdClassifier('haze_factor', 3).fit_scores(np.array([0.0, 1, 2]), [0, 1, 2]).save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ValueError, match=r'cuts\.json is no threshold classifier'):
        ThresholdClassifier.load(path)
    path.write_text('{')
    with pytest.raises(ValueError, match=r'cuts\.json is no threshold classifier'):
        ThresholdClassifier.load(path)


def test_wrong_settings_and_levels_are_refused():
    for settings, match in [(('omega', 3), 'score'), (('haze_factor', 3, 'best'), 'method'), (('haze_factor', 1), '2')]:
        with pytest.raises(ValueError, match=match):
            ThresholdClassifier(*settings)
    classifier = ThresholdClassifier('haze_factor', 3)
    for levels in ([0, 1], [0, 1, 3], [-1, 0, 1], [0.0, 1.0, 2.0]):
        with pytest.raises(ValueError, match=r'levels|Levels'):
            classifier.fit_scores(np.arange(3.0), levels)
    with pytest.raises(ValueError, match=r'none of \[1\]'):
        ThresholdClassifier('haze_factor', 3, 'mid').fit_scores(np.arange(2.0), [0, 2])
    with pytest.raises(RuntimeError, match='no cuts yet'):
        classifier.predict_scores(np.zeros(1))
    with pytest.raises(RuntimeError, match='no cuts yet'):
        classifier.save('nowhere.json')


@pytest.mark.parametrize(('score', 'expected'), [('haze_factor', [0, 1, 2])])
def test_photos_may_come_from_a_generator_and_there_may_be_none(score, expected):
    classifier = ThresholdClassifier(score, 3).fit((wall(beta) for beta in BETAS), expected, groups=['a', 'b', 'c'])
    assert classifier.predict(wall(beta) for beta in BETAS).tolist() == expected
    assert classifier.predict([]).shape == (0,)

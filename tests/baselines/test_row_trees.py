from __future__ import annotations

import cv2
import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier

from mmhaze.baselines import RowTrees, row_features
from mmhaze.baselines.row_trees import FEATURES

SETTINGS = dict(num_levels=4, trees=12, seed=3)


@pytest.fixture
def features(rng) -> np.ndarray:
    return rng.normal(size=(90, FEATURES)).astype(np.float32)


@pytest.fixture
def levels(features) -> np.ndarray:
    return np.digitize(features[:, 5] + features[:, 300], [-1, 0, 1])


@pytest.fixture
def fitted(features, levels) -> RowTrees:
    return RowTrees(**SETTINGS).fit_features(features[:60], levels[:60])


def test_each_row_has_quantiles_and_spread_of_its_darkest_channel_and_of_its_luminance(rng):
    photo = rng.integers(0, 256, (64, 64, 3), np.uint8)
    found = row_features(photo).reshape(2, 4, 64)
    for plane, numbers in zip((photo.min(2), cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)), found):
        for row in range(64):
            np.testing.assert_allclose(numbers[:3, row], np.quantile(plane[row], [0.05, 0.25, 0.5]), rtol=1e-6)
            assert numbers[3, row] == pytest.approx(plane[row].std(), rel=1e-5)


def test_rows_are_those_of_the_whole_photo_from_the_top():
    photo = np.zeros((128, 200, 3), np.uint8)
    photo[:64] = 200
    dark = row_features(photo).reshape(2, 4, 64)[0]
    assert (dark[:3, :32] == 200).all() and (dark[:3, 32:] == 0).all() and (dark[3] == 0).all()


def test_what_is_no_photo_is_refused():
    with pytest.raises(ValueError, match='row_features: wanted a photo'):
        row_features(np.zeros((5, 5), np.uint8))


def test_predictions_are_those_of_scikit_learn(fitted, features, levels):
    forest = ExtraTreesClassifier(12, random_state=3).fit(features[:60], levels[:60])
    np.testing.assert_allclose(fitted.predict_features(features), forest.predict_proba(features), atol=1e-6)


def test_a_level_without_training_photos_is_never_predicted(features, levels):
    trees = RowTrees(**SETTINGS).fit_features(features[levels != 1], levels[levels != 1])
    found = trees.predict_features(features)
    assert (found[:, 1] == 0).all() and found.sum(1) == pytest.approx(1)


def test_a_photo_goes_from_its_pixels_to_its_level(rng):
    photos = [np.full((64, 64, 3), 10 + 60 * level, np.uint8) for level in range(4)] * 3
    trees = RowTrees(**SETTINGS).fit((photo for photo in photos), [*range(4)] * 3)
    assert trees.predict(iter(photos)).tolist() == [*range(4)] * 3
    assert trees.predict_proba(photos[:2]).shape == (2, 4)


def test_the_seed_decides_what_is_learnt(features, levels):
    def learn(seed: int) -> np.ndarray:
        return RowTrees(4, 12, seed).fit_features(features[:60], levels[:60]).predict_features(features)
    np.testing.assert_array_equal(learn(1), learn(1))
    assert (learn(1) != learn(2)).any()


def test_saved_and_loaded_it_predicts_the_same(fitted, features, tmp_path):
    fitted.save(tmp_path / 'trees.npz')
    loaded = RowTrees.load(tmp_path / 'trees.npz')
    np.testing.assert_array_equal(loaded.predict_features(features), fitted.predict_features(features))
    assert (loaded.num_levels, loaded.trees, loaded.seed) == (4, 12, 3)


def test_a_file_that_is_cut_short_or_points_outside_is_refused(fitted, tmp_path):
    path = tmp_path / 'trees.npz'
    fitted.save(path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ValueError, match=f'{path} holds no RowTrees'):
        RowTrees.load(path)
    fitted.left[0] = len(fitted.left)
    fitted.save(path)
    with pytest.raises(ValueError, match='point outside'):
        RowTrees.load(path)


def test_a_walk_that_would_not_end_is_refused(fitted, tmp_path):
    inner = np.flatnonzero(fitted.left != np.arange(len(fitted.left)))[1]
    fitted.left[inner] = 0
    fitted.save(tmp_path / 'trees.npz')
    with pytest.raises(ValueError, match='point outside'):
        RowTrees.load(tmp_path / 'trees.npz')


def test_nothing_in_a_file_is_run(fitted, tmp_path):
    np.savez(tmp_path / 'trees.npz', left=np.array([print], object))
    with pytest.raises(ValueError, match='holds no RowTrees'):
        RowTrees.load(tmp_path / 'trees.npz')


@pytest.mark.parametrize('settings', [dict(num_levels=1), dict(num_levels=4, trees=0)])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match='at least'):
        RowTrees(**settings)


def test_predicting_before_fitting_is_refused(features):
    with pytest.raises(RuntimeError, match='call fit'):
        RowTrees(4).predict_features(features)

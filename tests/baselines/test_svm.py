from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mmhaze.baselines import FeatureSVM
from mmhaze.baselines import svm as svm_module
from tests.ucm.photos import wall

LEVELS = 4


@pytest.fixture
def few_settings(monkeypatch):
    monkeypatch.setattr(svm_module, 'COSTS', (1.0, 100.0))
    monkeypatch.setattr(svm_module, 'GAMMAS', (0.1, 3.0))


@pytest.fixture
def samples(rng):
    """Features on scales of their own, levels that overlap, and scenes."""
    levels = np.arange(160) % LEVELS
    features = rng.normal(0, 1, (160, 4))
    features[:, 0] += 1.2 * levels
    features[:, 1] += np.sin(levels)
    scenes = [f'scene {number // LEVELS % 10}' for number in range(160)]
    return features * [1, 10, 0.1, 3] + [0, 5, 1, 0], levels, np.array(scenes)


def test_one_against_one_predicts_as_scikit_learns_own_with_the_setting_its_search_finds(samples, few_settings):
    features, levels, groups = samples
    ours = FeatureSVM(LEVELS, 'ovo').fit_features(features, levels, groups)
    settings = [dict(C=cost, gamma=gamma) for cost in svm_module.COSTS for gamma in svm_module.GAMMAS]
    theirs = [make_pipeline(StandardScaler(), SVC(**setting)) for setting in settings]
    scores = [cross_val_score(each, features, levels, groups=groups, cv=GroupKFold(3)) for each in theirs]
    sizes = [len(test) for _, test in GroupKFold(3).split(features, groups=groups)]
    best = int(np.argmax([np.average(score, weights=sizes) for score in scores]))
    assert dict(C=ours.cost, gamma=ours.gamma) == settings[best]
    assert ours.accuracy == pytest.approx(np.average(scores[best], weights=sizes))
    others = features + 0.3 * features.std(0)
    np.testing.assert_array_equal(ours.predict_features(others),
                                  theirs[best].fit(features, levels).predict(others))


def test_the_cascade_counts_the_yeses_of_scikit_learns_binary_machines(samples, few_settings):
    features, levels, groups = samples
    ours = FeatureSVM(LEVELS).fit_features(features, levels, groups)
    machines = [make_pipeline(StandardScaler(), SVC(C=ours.cost, gamma=ours.gamma)).fit(features, levels > level)
                for level in range(LEVELS - 1)]
    others = features + 0.3 * features.std(0)
    expected = sum(machine.predict(others).astype(int) for machine in machines)
    assert set(expected) == set(range(LEVELS))
    np.testing.assert_array_equal(ours.predict_features(others), expected)


@pytest.mark.parametrize('mode', ['cascade', 'ovo'])
def test_a_scene_is_never_on_both_sides_of_the_cross_validation(mode, samples, few_settings, monkeypatch):
    features, levels, groups = samples
    # by the features alone, a scene gives its level away, and says nothing of another scene's
    scene = np.unique(groups, return_inverse=True)[1]
    features = np.repeat(scene[:, None] * 7.0 % 10, 4, axis=1)
    levels = scene % 2
    split = FeatureSVM(LEVELS, mode).fit_features(features, levels, groups)
    leaked = FeatureSVM(LEVELS, mode).fit_features(features, levels)
    assert leaked.accuracy == 1 and split.accuracy < 0.7


@pytest.mark.parametrize('mode', ['cascade', 'ovo'])
def test_levels_without_photos_do_not_stop_it(mode, samples, few_settings):
    features, levels, groups = samples
    kept = (levels == 1) | (levels == 2)
    machines = FeatureSVM(6, mode).fit_features(features[kept], levels[kept], groups[kept])
    predicted = machines.predict_features(features[kept])
    assert (predicted == levels[kept]).mean() > 0.6
    assert set(predicted) <= {1, 2}


@pytest.mark.parametrize('mode', ['cascade', 'ovo'])
def test_what_was_saved_is_loaded_and_predicts_the_same(mode, samples, few_settings, tmp_path):
    features, levels, groups = samples
    machines = FeatureSVM(LEVELS, mode).fit_features(features, levels, groups)
    machines.save(tmp_path / 'new' / 'svm.npz')
    loaded = FeatureSVM.load(tmp_path / 'new' / 'svm.npz')
    assert vars(loaded).keys() == vars(machines).keys()
    for name, value in vars(machines).items():
        np.testing.assert_array_equal(getattr(loaded, name), value)
    np.testing.assert_array_equal(loaded.predict_features(features), machines.predict_features(features))


def test_a_file_with_objects_or_other_arrays_is_refused_by_name(samples, few_settings, tmp_path):
    features, levels, groups = samples
    path = tmp_path / 'svm.npz'
    FeatureSVM(LEVELS).fit_features(features, levels, groups).save(path)
    with np.load(path) as arrays:
        good = dict(arrays)
    changes = [dict(mean=np.array([print], object)), dict(weights=good['weights'][:, 1:]), dict(mode='svm'),
               dict(offsets=good['offsets'][1:]), dict(num_levels=np.array(10**12))]
    for change in changes:
        np.savez(path, **{**good, **change})
        with pytest.raises(ValueError, match=r'svm\.npz holds no FeatureSVM'):
            FeatureSVM.load(path)
    np.savez(path, **{name: value for name, value in good.items() if name != 'mean'})
    with pytest.raises(ValueError, match=r'svm\.npz holds no FeatureSVM'):
        FeatureSVM.load(path)
    for data in (b'', b'PK\x03\x04 cut short', b'words'):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r'svm\.npz holds no FeatureSVM'):
            FeatureSVM.load(path)


def test_predicting_needs_no_scikit_learn_and_fitting_asks_for_it(samples, few_settings, tmp_path, monkeypatch):
    features, levels, groups = samples
    fitted = FeatureSVM(LEVELS).fit_features(features, levels, groups)
    fitted.save(tmp_path / 'svm.npz')
    for name in ('sklearn.svm', 'sklearn.model_selection'):
        monkeypatch.setitem(sys.modules, name, None)
    machines = FeatureSVM.load(tmp_path / 'svm.npz')
    np.testing.assert_array_equal(machines.predict_features(features), fitted.predict_features(features))
    with pytest.raises(ModuleNotFoundError, match='pip install scikit-learn'):
        machines.fit_features(features, levels, groups)


def test_photos_are_told_apart_by_their_haze(few_settings):
    betas = (0.003, 0.02, 0.06)
    photos = [wall(beta * factor) for factor, beta in itertools.product((0.8, 0.9, 1, 1.1, 1.2, 1.3), betas)]
    machines = FeatureSVM(3).fit(iter(photos), list(range(3)) * 6, groups=np.arange(18) // 3)
    assert machines.predict(wall(beta * 0.95) for beta in betas).tolist() == [0, 1, 2]
    assert machines.predict([]).shape == (0,)


def test_many_photos_are_predicted_as_one_by_one(samples, few_settings, monkeypatch):
    features, levels, groups = samples
    machines = FeatureSVM(LEVELS, 'ovo').fit_features(features, levels, groups)
    together = machines.predict_features(features)
    monkeypatch.setattr(svm_module, 'ROWS_AT_ONCE', 7)
    np.testing.assert_array_equal(machines.predict_features(features), together)


def test_wrong_settings_levels_and_groups_are_refused(samples):
    features, levels, groups = samples
    for settings, match in [((3, 'ova'), 'mode'), ((1,), 'num_levels')]:
        with pytest.raises(ValueError, match=match):
            FeatureSVM(*settings)
    machines = FeatureSVM(LEVELS)
    for levels_, groups_, match in [(levels[:-1], groups, 'level for each'), (levels + 1, groups, 'from 0 to 3'),
                                    (levels, groups[:-1], 'group'), (levels, ['one'] * 160, 'group')]:
        with pytest.raises(ValueError, match=match):
            machines.fit_features(features, levels_, groups_)
    with pytest.raises(RuntimeError, match='learnt nothing'):
        machines.predict_features(features)
    with pytest.raises(RuntimeError, match='learnt nothing'):
        machines.save('nowhere.npz')

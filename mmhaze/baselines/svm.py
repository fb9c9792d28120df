from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path

import numpy as np

from ..io.arrays import open_npz, write_npz
from .classifier import as_levels
from .features import FEATURES, haze_features

MODES = ('cascade', 'ovo')
COSTS = (1.0, 10.0, 100.0, 1000.0)
GAMMAS = (0.1, 0.25, 1.0, 3.0)  # 0.25 is scikit-learn's 'scale' for four standardised features
FOLDS = 3
ROWS_AT_ONCE = 1024             # so that the kernel of a large set fits into memory


class FeatureSVM:
    """Support vector machines on :func:`~mmhaze.baselines.haze_features`, the baseline SVM.

    The features are standardised, the kernel is a Gaussian. Its cost and width are chosen by cross-validation in three
    folds, in which a group, such as a scene, is never on both sides. Fitting needs scikit-learn, predicting does not.

    What was learnt is saved as plain arrays in an ``.npz`` file. A pickle would run code of whoever made it, and would
    belong to one version of scikit-learn.

    Args:
        num_levels: levels to tell apart, at least 2.
        mode: ``'cascade'``, a machine for each step, "hazier than level k?", whose yeses are counted; or ``'ovo'``, a
            machine for each pair of levels, which vote, the lowest level winning a draw.

    Attributes:
        cost, gamma: what cross-validation chose.
        accuracy: of the cross-validation, in [0, 1].
    """

    def __init__(self, num_levels: int, mode: str = 'cascade') -> None:
        if mode not in MODES:
            raise ValueError(f'mode is one of {", ".join(MODES)}, got {mode!r}.')
        if num_levels < 2:
            raise ValueError(f'num_levels is at least 2, got {num_levels}.')
        self.num_levels, self.mode = num_levels, mode
        self.cost, self.gamma, self.accuracy = 0.0, 0.0, 0.0
        self.mean, self.scale = np.zeros(len(FEATURES)), np.ones(len(FEATURES))
        # of all machines together: vectors (V, 4), their weights (machines, V), offsets (machines,)
        self.vectors, self.weights, self.offsets = np.empty((0, len(FEATURES))), np.empty((0, 0)), np.empty(0)

    def fit(self, photos: Iterable[np.ndarray], levels: Sequence[int],
            groups: Sequence[Hashable] | None = None) -> FeatureSVM:
        """Learns from photos of the training split; ``groups``, the scene of each, keep its copies in one fold. Without
        them each photo is a group of its own. Returns itself."""
        return self.fit_features(features_of(photos), levels, groups)

    def predict(self, photos: Iterable[np.ndarray]) -> np.ndarray:
        """The level of each photo, (N,) int."""
        return self.predict_features(features_of(photos))

    def fit_features(self, features: np.ndarray, levels: Sequence[int],
                     groups: Sequence[Hashable] | None = None) -> FeatureSVM:
        """As :meth:`fit`, from features (N, 4).

        Raises:
            ModuleNotFoundError: scikit-learn is not installed.
            ValueError: levels or groups do not fit, or there are fewer than three groups.
        """
        true = as_levels(levels, len(features), self.num_levels)
        names = np.arange(len(true)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
        if names.shape != true.shape or len(np.unique(names)) < FOLDS:
            raise ValueError(f'Cross-validation wants a group for each of {len(true)} photos and {FOLDS} groups or '
                             f'more, got {len(names)} and {len(np.unique(names))}.')
        _, group_k_fold = _scikit_learn()
        folds = list(group_k_fold(FOLDS).split(features, groups=names))
        scores = {}
        for cost, gamma in itertools.product(COSTS, GAMMAS):
            right = 0
            for train, test in folds:
                self._learn(features[train], true[train], cost, gamma)
                right += int((self.predict_features(features[test]) == true[test]).sum())
            scores[cost, gamma] = right / len(true)
        best = max(scores, key=lambda setting: scores[setting])
        self._learn(features, true, *best)
        self.accuracy = scores[best]
        return self

    def predict_features(self, features: np.ndarray) -> np.ndarray:
        """As :meth:`predict`, from features (N, 4)."""
        self._check_fitted()
        standard = (features - self.mean) / self.scale
        parts = [self._answers(standard[row:row + ROWS_AT_ONCE]) for row in range(0, len(standard), ROWS_AT_ONCE)]
        yes = np.concatenate(parts) > 0 if parts else np.empty((0, len(self.offsets)), bool)
        if self.mode == 'cascade':
            return yes.sum(1)
        votes = np.zeros((len(yes), self.num_levels), int)
        for machine, (low, high) in enumerate(itertools.combinations(range(self.num_levels), 2)):
            votes[:, high] += yes[:, machine]
            votes[:, low] += ~yes[:, machine]
        return votes.argmax(1)

    def save(self, path: str | Path) -> None:
        """Writes it as an ``.npz`` file of plain arrays, whole or not at all."""
        self._check_fitted()
        write_npz(path, {name: getattr(self, name) for name in _STATE})

    @classmethod
    def load(cls, path: str | Path) -> FeatureSVM:
        """Reads what :meth:`save` wrote; nothing in the file is run. A ValueError says what is wrong in ``path``."""
        with open_npz(path, _STATE, f'holds no {cls.__name__}', 'Fit and save it again.') as state:
            machines = cls(int(state['num_levels']), str(state['mode']))
            for name in ('cost', 'gamma', 'accuracy'):
                setattr(machines, name, float(state[name]))
            for name in ('mean', 'scale', 'vectors', 'weights', 'offsets'):
                setattr(machines, name, state[name].astype(np.float64))
            if machines.num_levels > len(machines.offsets) + 1:  # there is a machine for two levels at least
                raise ValueError(f'it has {len(machines.offsets)} machines for {machines.num_levels} levels')
            count = len(_problems(np.empty(0, int), machines.num_levels, machines.mode))
            shapes = [state[name].shape for name in ('mean', 'scale', 'vectors', 'weights', 'offsets')]
            size = len(FEATURES)
            if shapes != [(size,), (size,), (shapes[2][0], size), (count, shapes[2][0]), (count,)]:
                raise ValueError(f'its arrays have the shapes {shapes}')
        return machines

    def _check_fitted(self) -> None:
        if not len(self.offsets):
            raise RuntimeError('These machines have learnt nothing yet: call fit with the training split, or load one.')

    def _learn(self, features: np.ndarray, true: np.ndarray, cost: float, gamma: float) -> None:
        """Fits all machines with one cost and gamma."""
        svc, _ = _scikit_learn()
        self.mean, self.scale = features.mean(0), features.std(0)
        self.scale[self.scale == 0] = 1
        standard = (features - self.mean) / self.scale
        problems = _problems(true, self.num_levels, self.mode)
        weights, self.offsets = np.zeros((len(problems), len(true))), np.zeros(len(problems))
        for machine, (rows, answers) in enumerate(problems):
            if answers.all() or not answers.any():  # one side has no photos: the answer is always the other
                self.offsets[machine] = 1 if len(answers) and answers.all() else -1
                continue
            fitted = svc(C=cost, gamma=gamma).fit(standard[rows], answers)
            weights[machine, rows[fitted.support_]] = fitted.dual_coef_[0]
            self.offsets[machine] = fitted.intercept_[0]
        used = weights.any(0)
        self.vectors, self.weights, self.cost, self.gamma = standard[used], weights[:, used], cost, gamma

    def _answers(self, standard: np.ndarray) -> np.ndarray:
        """What each machine says, (N, machines); above 0 is yes."""
        squares = np.square(standard).sum(1)[:, None] + np.square(self.vectors).sum(1)
        kernel = np.exp(-self.gamma * (squares - 2 * standard @ self.vectors.T))
        return kernel @ self.weights.T + self.offsets


_STATE = ('num_levels', 'mode', 'cost', 'gamma', 'accuracy', 'mean', 'scale', 'vectors', 'weights', 'offsets')


def features_of(photos: Iterable[np.ndarray]) -> np.ndarray:
    """The features of each photo, (N, 4)."""
    return np.array([haze_features(photo) for photo in photos]).reshape(-1, len(FEATURES))


def _problems(true: np.ndarray, num_levels: int, mode: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """The photos that each machine learns from, and the answers it is to give."""
    if mode == 'cascade':
        everyone = np.arange(len(true))
        return [(everyone, true > level) for level in range(num_levels - 1)]
    pairs = itertools.combinations(range(num_levels), 2)
    rows = [(np.flatnonzero((true == low) | (true == high)), high) for low, high in pairs]
    return [(each, true[each] == high) for each, high in rows]


def _scikit_learn() -> tuple[type, type]:
    """Its SVC and its GroupKFold, imported when they are needed: they take a second, and predicting does without."""
    try:
        from sklearn.model_selection import GroupKFold
        from sklearn.svm import SVC
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError('Fitting support vector machines needs scikit-learn: pip install scikit-learn. '
                                  'Predicting with a saved one does not.') from error
    return SVC, GroupKFold

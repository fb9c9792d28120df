from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..io.arrays import open_npz, write_npz
from .classifier import as_levels

if TYPE_CHECKING:
    from typing_extensions import Self  # typing has it since Python 3.11


class PhotoTrees:
    """Extremely randomised trees on what a photo is described by. Fitting needs scikit-learn, predicting does not.

    A subclass says what describes a photo. What was learnt is saved as plain arrays in an ``.npz`` file. A pickle would
    run code of whoever made it, and would belong to one version of scikit-learn.

    Args:
        num_levels: levels to tell apart, at least 2.
        trees: how many.
        seed: of what is drawn while fitting.
    """

    size: int                           # how many features there are
    max_features: float | str = 'sqrt'  # how many of them each node chooses from, in scikit-learn's words

    def __init__(self, num_levels: int, trees: int = 400, seed: int = 0) -> None:
        if num_levels < 2 or trees < 1:
            raise ValueError(f'num_levels is at least 2 and trees at least 1, got {num_levels} and {trees}.')
        self.num_levels, self.trees, self.seed = num_levels, trees, seed
        # of the nodes of all trees: the nodes below it, the feature that decides, up to where it goes left, and how
        # the training photos that came there are spread over the levels, (nodes, num_levels); a leaf has itself below
        self.left, self.right, self.feature = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int16)
        self.threshold, self.share = np.empty(0), np.empty((0, num_levels), np.float32)
        self.roots = np.empty(0, np.int32)

    @staticmethod
    def describe(photo: np.ndarray, /) -> np.ndarray:
        """The features of a photo, (``size``,) float32."""
        raise NotImplementedError

    @classmethod
    def features_of(cls, photos: Iterable[np.ndarray]) -> np.ndarray:
        """The features of each photo, (N, size) float32."""
        return np.array([cls.describe(photo) for photo in photos], np.float32).reshape(-1, cls.size)

    def fit(self, photos: Iterable[np.ndarray], levels: Sequence[int],
            groups: Sequence[Hashable] | None = None) -> Self:
        """Learns from photos of the training split; ``groups`` change nothing here. Returns itself."""
        return self.fit_features(self.features_of(photos), levels)

    def predict(self, photos: Iterable[np.ndarray]) -> np.ndarray:
        """The level of each photo, (N,) int."""
        return self.predict_proba(photos).argmax(1)

    def predict_proba(self, photos: Iterable[np.ndarray]) -> np.ndarray:
        """How likely each level is, (N, num_levels)."""
        return self.predict_features(self.features_of(photos))

    def fit_features(self, features: np.ndarray, levels: Sequence[int]) -> Self:
        """As :meth:`fit`, from features (N, size).

        Raises:
            ModuleNotFoundError: scikit-learn is not installed.
            ValueError: the levels do not fit.
        """
        true = as_levels(levels, len(features), self.num_levels)
        try:
            from sklearn.ensemble import ExtraTreesClassifier
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError('Growing trees needs scikit-learn: pip install scikit-learn. Predicting with '
                                      'saved ones does not.') from error
        forest = ExtraTreesClassifier(self.trees, max_features=self.max_features, random_state=self.seed)
        forest.fit(features, true)
        trees = [each.tree_ for each in forest.estimators_]
        counts = [tree.node_count for tree in trees]
        self.roots = np.append(0, np.cumsum(counts[:-1])).astype(np.int32)
        own = np.arange(sum(counts))
        leaf = np.concatenate([tree.children_left for tree in trees]) < 0
        shift = np.repeat(self.roots, counts)
        self.left, self.right = (
            np.where(leaf, own, np.concatenate([getattr(tree, name) for tree in trees]) + shift).astype(np.int32)
            for name in ('children_left', 'children_right'))
        self.feature = np.where(leaf, 0, np.concatenate([tree.feature for tree in trees])).astype(np.int16)
        self.threshold = np.concatenate([tree.threshold for tree in trees])
        photos = np.concatenate([tree.value[:, 0] for tree in trees])
        self.share = np.zeros((len(own), self.num_levels), np.float32)
        self.share[:, forest.classes_] = photos / photos.sum(1, keepdims=True)  # counts, before scikit-learn 1.3
        return self

    def predict_features(self, features: np.ndarray) -> np.ndarray:
        """How likely each level is, (N, num_levels), from features (N, size): the mean over the trees."""
        self._check_fitted()
        total, rows = np.zeros((len(features), self.num_levels)), np.arange(len(features))
        for root in self.roots:
            node = np.full(len(features), root)
            while True:
                goes_left = features[rows, self.feature[node]] <= self.threshold[node]
                below = np.where(goes_left, self.left[node], self.right[node])
                if (below == node).all():
                    break
                node = below
            total += self.share[node]
        return total / len(self.roots)

    def save(self, path: str | Path) -> None:
        """Writes it as an ``.npz`` file of plain arrays, whole or not at all."""
        self._check_fitted()
        write_npz(path, {name: getattr(self, name) for name in _STATE})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads what :meth:`save` wrote; nothing in the file is run. A ValueError says what is wrong in ``path``."""
        with open_npz(path, _STATE, f'holds no {cls.__name__}', 'Fit and save it again.') as state:
            forest = cls(*(int(state[name]) for name in _SETTINGS))
            for name, kind in _ARRAYS.items():
                setattr(forest, name, state[name].astype(kind))
            forest._check_whole()
        return forest

    def _check_fitted(self) -> None:
        if not len(self.roots):
            raise RuntimeError('These trees have learnt nothing yet: call fit with the training split, or load some.')

    def _check_whole(self) -> None:
        nodes, own = len(self.left), np.arange(len(self.left))
        shapes = [getattr(self, name).shape for name in _ARRAYS]
        if shapes != [(nodes,)] * 4 + [(nodes, self.num_levels), (self.trees,)]:
            raise ValueError(f'its arrays have the shapes {shapes}')
        # what lies below a node comes after it, so that every walk ends
        ends = (self.left == own) & (self.right == own)
        goes_on = (self.left > own) & (self.right > own) & (self.left < nodes) & (self.right < nodes)
        inside = (self.feature >= 0) & (self.feature < self.size)
        if not ((ends | goes_on) & inside).all() or not ((self.roots >= 0) & (self.roots < nodes)).all():
            raise ValueError('its trees point outside')


_SETTINGS = ('num_levels', 'trees', 'seed')
_ARRAYS = dict(left=np.int32, right=np.int32, feature=np.int16, threshold=np.float64, share=np.float32, roots=np.int32)
_STATE = (*_SETTINGS, *_ARRAYS)

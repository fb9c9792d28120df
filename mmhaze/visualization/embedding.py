"""The features of a network for the photos of a data set, laid out in two dimensions."""
from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.figure import Figure
from mmengine.dataset import default_collate
from torch import Tensor, nn

from ..io.figures import save_figure, shorten
from ..io.files import write_whole
from ..models import DualChannel, NetworkConstraintHead
from ..models.pooling import pool_feature
from .answer import name_of_level

if TYPE_CHECKING:
    from ..models.trained import LevelModel

FEATURES = ('head', 'task', 'magnifier')
METHODS = ('tsne', 'pca')
SEED = 0
RING = '#d7301f'
LONGEST_NAME = 40


@dataclass(frozen=True)
class Features:
    """What a network makes of the photos of a data set.

    Attributes:
        vectors: (N, C) float32.
        levels: true levels, (N,) int.
        predicted: the levels that the network gives, (N,) int.
        files: the paths of the photos.
    """

    vectors: np.ndarray
    levels: np.ndarray
    predicted: np.ndarray
    files: tuple[str, ...]


def extract_features(model: LevelModel, dataset: Any, feature: str = 'head', batch_size: int = 32,
                     advance: Callable[[int], None] = lambda count: None) -> Features:
    """Passes a data set through a network, and keeps what lies before the classifier.

    Args:
        model: a trained network.
        dataset: of its config, such as ``DATASETS.build(model.config.test_dataloader.dataset)``.
        feature: ``'head'``, what the classifier is given: E_f of Feature Enhancement, else the last feature; ``'task'``
            and ``'magnifier'``, E_i and E_h of a network with two encoders. Maps are averaged over their places.
        batch_size: photos that go through together.
        advance: called with how many were done since.

    Raises:
        ValueError: the network has no such feature.
    """
    network = model.network
    _check_feature(network, feature)
    vectors, known = [], []
    for start in range(0, len(dataset), batch_size):
        batch = [dataset[index] for index in range(start, min(start + batch_size, len(dataset)))]
        with torch.inference_mode():
            data = network.data_preprocessor(default_collate(batch))
            seen = network.extract_feat(data['inputs'], stage='backbone')
            feats = network.neck(seen) if network.with_neck else seen
            scores = network.head(feats)
            if feature != 'head':
                chosen = seen[FEATURES.index(feature) - 1]
            else:
                joined = network.head.classified(feats) if isinstance(network.head, NetworkConstraintHead) else feats
                chosen = joined[-1]
            vectors.append(_as_array(pool_feature(chosen)))
        known += [(int(sample['data_samples'].gt_label), int(level), sample['data_samples'].img_path)
                  for sample, level in zip(batch, scores.argmax(1))]
        advance(len(batch))
    levels, predicted, files = zip(*known)
    return Features(np.concatenate(vectors), np.array(levels), np.array(predicted), files)


def embed(vectors: np.ndarray, method: str = 'tsne') -> np.ndarray:
    """Lays vectors out in two dimensions; the same ones in the same way.

    Args:
        vectors: (N, C), at least three.
        method: ``'tsne'``, neighbours stay together [maaten2008]_, and distances between groups mean little; ``'pca'``,
            the two directions in which the vectors vary most.

    Returns:
        (N, 2) float64.

    Raises:
        ImportError: scikit-learn is not installed.
        ValueError: there are fewer than three vectors, or no such method.

    .. [maaten2008] L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008.
    """
    if method not in METHODS:
        raise ValueError(f'method is one of {", ".join(METHODS)}, got {method!r}.')
    if len(vectors) < 3:
        raise ValueError(f'Two dimensions are for at least 3 photos, got {len(vectors)}.')
    try:
        from sklearn.decomposition import PCA
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise ImportError("Features in two dimensions need scikit-learn: pip install 'mmhaze[pictures]'.") from error
    if method == 'pca':
        return PCA(2, random_state=SEED).fit_transform(vectors).astype(np.float64)
    # a perplexity is a number of neighbours, and there must be more photos than that
    tsne = TSNE(2, perplexity=min(30.0, (len(vectors) - 1) / 3), init='pca', learning_rate='auto', random_state=SEED)
    return tsne.fit_transform(vectors).astype(np.float64)


def draw_embedding(points: np.ndarray, features: Features, path: str | Path, *, classes: Sequence[str] = (),
                   title: str = '') -> None:
    """Draws photos as points, coloured from light haze to heavy; a red ring is around those that are told wrong.

    Args:
        points: (N, 2), see :func:`embed`.
        features: of the same photos.
        path: a ``.png``, ``.jpg`` or ``.pdf`` file, replaced once it is whole.
        classes: the names of the levels.
        title: a line on top.
    """
    figure = Figure(figsize=(8, 6), layout='constrained')
    panel = figure.subplots()
    count = max(len(classes), int(features.levels.max()) + 1)
    for level in np.unique(features.levels):
        own = features.levels == level
        panel.scatter(points[own, 0], points[own, 1], s=30, color=colormaps['viridis'](level / max(count - 1, 1)),
                      label=shorten(name_of_level(level, classes), LONGEST_NAME))
    wrong = features.levels != features.predicted
    panel.scatter(points[wrong, 0], points[wrong, 1], s=52, facecolors='none', edgecolors=RING, linewidths=1.3,
                  label='told wrong')
    panel.set_aspect('equal', 'datalim')
    panel.set(xticks=[], yticks=[], title=title)
    figure.legend(loc='outside right upper', fontsize=9)
    save_figure(figure, path)


def write_embedding(points: np.ndarray, features: Features, path: Path) -> None:
    """Writes a CSV file with a row a photo: file, level, predicted, x, y."""
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator='\n')
    table.writerow(['file', 'level', 'predicted', 'x', 'y'])
    for (x, y), file, level, predicted in zip(points, features.files, features.levels, features.predicted):
        table.writerow([file, level, predicted, f'{x:.6g}', f'{y:.6g}'])
    write_whole(path, lines.getvalue().encode('utf-8', 'surrogateescape'))


def _check_feature(network: nn.Module, feature: str) -> None:
    if feature not in FEATURES:
        raise ValueError(f'feature is one of {", ".join(FEATURES)}, got {feature!r}.')
    if feature == 'head':
        return
    if not isinstance(network.backbone, DualChannel):
        raise ValueError(f'{feature} is a channel of a network with two encoders, and this one has '
                         f"{type(network.backbone).__name__}. Say 'head'.")


def _as_array(feature: Tensor) -> np.ndarray:
    return feature.float().cpu().numpy()

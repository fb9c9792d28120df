"""The scores of a list of predictions, each a share in [0, 1] but for the error in levels and kappa."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..metrics import CalibrationError, LevelRecall, OrdinalMetric


def score(predictions: Sequence[Mapping[str, Any]], levels: int) -> dict[str, Any]:
    """Scores predictions.

    Args:
        predictions: dicts with ``level``, ``predicted``, ``probabilities`` (or None) and ``fog`` (or None).
        levels: how many there are.

    Returns:
        ``photos``, ``accuracy``, ``macro_f1`` (over the levels that occur), ``mae`` in levels, ``within_1``, ``kappa``,
        ``recall_light`` and ``recall_heavy``, ``recall`` of each level, ``ece`` and ``accuracy_by_fog`` where they can
        be known, ``confusion``: photos by true and predicted level. What is not defined is None.
    """
    true, predicted = (np.array([row[key] for row in predictions], np.int64) for key in ('level', 'predicted'))
    confusion = np.zeros((levels, levels), np.int64)
    np.add.at(confusion, (true, predicted), 1)
    occurs = confusion.sum(0) + confusion.sum(1)
    f1 = 2 * confusion.diagonal()[occurs > 0] / occurs[occurs > 0]
    ordinal = OrdinalMetric().compute_metrics(list(zip(true, predicted)))
    recall = LevelRecall().compute_metrics([(*pair, levels) for pair in zip(true, predicted)])
    return dict(
        photos=len(true), accuracy=float((true == predicted).mean()), macro_f1=float(f1.mean()), mae=ordinal['mae'],
        within_1=ordinal['within_1'] / 100, kappa=_known(ordinal['kappa']),
        recall_light=_known(recall['light'] / 100), recall_heavy=_known(recall['heavy'] / 100),
        recall=[_known(recall[f'level_{level}'] / 100) for level in range(levels)], ece=_calibration(predictions),
        accuracy_by_fog=_by_fog(predictions), confusion=confusion.tolist())


def _calibration(predictions: Sequence[Mapping[str, Any]]) -> float | None:
    if any(row['probabilities'] is None for row in predictions):
        return None
    pairs = [(max(row['probabilities']), row['level'] == row['predicted']) for row in predictions]
    return CalibrationError().compute_metrics(pairs)['ece'] / 100


def _by_fog(predictions: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    right: dict[str, list[bool]] = {}
    for row in predictions:
        if row['fog']:
            right.setdefault(row['fog'], []).append(row['level'] == row['predicted'])
    return {fog: sum(answers) / len(answers) for fog, answers in sorted(right.items())}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value

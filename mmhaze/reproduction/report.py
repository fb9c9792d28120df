"""What a page says, as one dict ready for JSON: every number of the page is in it."""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import mean, stdev
from typing import Any

import numpy as np

from ..metrics import CalibrationError, LevelRecall, OrdinalMetric
from ..metrics.agreement import area_under_roc, bootstrap
from .data_sets import DataSet, Listing
from .paper_tables import TABLES, TableRow
from .running import Outcome

# averaged over the seeds
NUMBERS = ('accuracy', 'macro_f1', 'mae', 'within_1', 'kappa', 'recall_light', 'recall_heavy', 'ece', 'area', 'seconds')
DRAWS = 300  # of the bootstrap


def make_section(data: DataSet, split: str, listing: Listing, rows: Sequence[TableRow],
                 outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The part of a report about one data set in one split.

    Args:
        data, split, listing: the data set.
        rows: of the table, in order.
        outcomes: of their cells; a row without any has no config for this data set.
    """
    parts = {part: len(photos) for part, photos in listing.folds[0].items()}
    return dict(data=data.name, split=split, levels=data.levels, parts=parts, manifest=listing.sha256,
                folds=len(listing.folds), tested=len(listing.tested), sample=data.sample,
                remarks=[data.remarks[key] for key in ('', split) if key in data.remarks],
                curve_on='val' if data.validates else 'test',
                in_paper=data.name in {name for table in TABLES.values() for row in table for name in row.paper},
                rows=[make_row(row, data, [each for each in outcomes if each.cell.row == row]) for row in rows
                      if row.fits(data.name)])


def make_problem(data: str, split: str, problem: str) -> dict[str, Any]:
    """The part of a report about a data set that cannot be used."""
    return dict(data=data, split=split, problem=problem, rows=[])


def make_row(row: TableRow, data: DataSet, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """A row: what each seed came to, their mean and spread, and the paper's number beside."""
    runs, missing = [], []
    for outcome in outcomes:
        seed = outcome.cell.seed
        if outcome.result is None:
            missing.append(dict(seed=seed, state=outcome.state, reason=outcome.reason))
        else:
            result = outcome.result
            runs.append(dict(seed=seed, **score(result['predictions'], data.levels), seconds=result['seconds'],
                             curve=result['curve'], machine=result['machine']))
    paper = row.paper.get(data.name)
    summary = {name: _summary([run[name] for run in runs]) for name in NUMBERS} if runs else {}
    kept = [outcome.result['predictions'] for outcome in outcomes if outcome.result is not None]
    return dict(
        name=row.name, ours=row.ours, drawn=row.drawn, config=f'{row.config}_{data.name}.py' if row.config else None,
        baseline=dict(row.baseline) or None, runs=runs, missing=missing, planned=len(outcomes), paper=paper, **summary,
        difference=summary['accuracy']['mean'] - paper if runs and paper is not None else None,
        recall=_over_runs(runs, 'recall'), accuracy_by_fog=_fogs(runs),
        intervals=bound(kept, data.levels) if data.sample and kept else None)


def below_base(section: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of MagNet that do not beat their base network by more than the spread over seeds."""
    by_config = {row['config']: row for row in section['rows'] if row['config'] and row['runs']}
    found = []
    for config, row in by_config.items():
        if not config.startswith('magnet/'):
            continue
        base = by_config.get(f'baselines/{config.split("_", 1)[1]}')
        if base is None:
            continue
        gain = row['accuracy']['mean'] - base['accuracy']['mean']
        spreads = [each['accuracy']['spread'] for each in (row, base)]
        spread = None if None in spreads else sum(each**2 for each in spreads)**0.5
        if spread is None or gain <= spread:
            found.append(dict(name=row['name'], base=base['name'], gain=gain, spread=spread))
    return found


def bound(seeds: Sequence[Sequence[Mapping[str, Any]]], levels: int) -> dict[str, tuple[float, float]]:
    """Intervals of 95 % of the means over seeds, by a bootstrap over the scenes of the photos."""
    def interval(of: Callable[[Sequence[Mapping[str, Any]]], float | None]) -> tuple[float, float]:
        def mean_of(chosen: np.ndarray) -> float | None:
            values = [of([rows[index] for index in chosen]) for rows in seeds]
            return None if None in values else mean(values)  # type: ignore[type-var]
        return bootstrap(mean_of, [row['scene'] for row in seeds[0]], draws=DRAWS)

    return dict(accuracy=interval(lambda rows: float(np.mean([row['level'] == row['predicted'] for row in rows]))),
                macro_f1=interval(lambda rows: _macro_f1(_confuse(rows, levels))),
                mae=interval(lambda rows: float(np.mean([abs(row['level'] - row['predicted']) for row in rows]))),
                area=interval(area_of_haze))


def area_of_haze(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """The area under the ROC curve for any haze against level 0: by its probability, by the level where a method gives
    none; None of one class alone."""
    hazy = np.array([row['level'] > 0 for row in rows], np.int64)
    if hazy.min() == hazy.max():
        return None
    return area_under_roc(hazy, np.array([row['predicted'] if row['probabilities'] is None else
                                          1 - row['probabilities'][0] for row in rows]))


def _summary(values: Sequence[float | None]) -> dict[str, Any]:
    """Mean and standard deviation (of a sample, so None for one) of what is defined."""
    known = [value for value in values if value is not None]
    return dict(mean=mean(known) if known else None, spread=stdev(known) if len(known) > 1 else None, n=len(known))


def _over_runs(runs: Sequence[Mapping[str, Any]], name: str) -> list[float | None]:
    columns = [[value for value in values if value is not None] for values in zip(*(run[name] for run in runs))]
    return [mean(column) if column else None for column in columns]


def _fogs(runs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    fogs = runs[0]['accuracy_by_fog'] if runs else {}
    return {fog: mean(run['accuracy_by_fog'][fog] for run in runs) for fog in fogs}


def score(predictions: Sequence[Mapping[str, Any]], levels: int) -> dict[str, Any]:
    """Scores predictions.

    Args:
        predictions: dicts with ``level``, ``predicted``, ``probabilities`` (or None) and ``fog`` (or None).
        levels: how many there are.

    Returns:
        ``photos``, ``accuracy``, ``macro_f1`` (over the levels that occur), ``mae`` in levels, ``within_1``, ``kappa``,
        ``recall_light`` and ``recall_heavy``, ``recall`` of each level, ``ece`` and ``accuracy_by_fog`` where they can
        be known, ``area``, see :func:`area_of_haze`, ``confusion``: photos by true and predicted level. What is not
        defined is None.
    """
    true, predicted = _levels(predictions)
    confusion = _confuse(predictions, levels)
    ordinal = OrdinalMetric().compute_metrics(list(zip(true, predicted)))
    recall = LevelRecall().compute_metrics([(*pair, levels) for pair in zip(true, predicted)])
    return dict(
        photos=len(true), accuracy=float((true == predicted).mean()), macro_f1=_macro_f1(confusion), mae=ordinal['mae'],
        within_1=ordinal['within_1'] / 100, kappa=_known(ordinal['kappa']),
        recall_light=_known(recall['light'] / 100), recall_heavy=_known(recall['heavy'] / 100),
        recall=[_known(recall[f'level_{level}'] / 100) for level in range(levels)], ece=_calibration(predictions),
        accuracy_by_fog=_by_fog(predictions), area=area_of_haze(predictions),
        confusion=confusion.tolist())


def _levels(rows: Sequence[Mapping[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    true, predicted = (np.array([row[key] for row in rows], np.int64) for key in ('level', 'predicted'))
    return true, predicted


def _confuse(rows: Sequence[Mapping[str, Any]], levels: int) -> np.ndarray:
    confusion = np.zeros((levels, levels), np.int64)
    np.add.at(confusion, _levels(rows), 1)
    return confusion


def _macro_f1(confusion: np.ndarray) -> float:
    occurs = confusion.sum(0) + confusion.sum(1)
    return float((2 * confusion.diagonal()[occurs > 0] / occurs[occurs > 0]).mean())


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

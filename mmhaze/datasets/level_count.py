"""Whether a network has a class for each level of its data sets, and whether these call the levels alike."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS, TRANSFORMS

from ..runtime.checkpoints import classes_of
from ..runtime.slips import as_slips
from .haze_level import HazeLevelDataset

COSTLY = ('pipeline', 'prepare', 'cache_mb')  # nothing of a data set but its list is wanted
SETS = dict(train='the training set', val='the validation set', test='the test set')
_NUMBERED = re.compile(r'level[ _]\d+')  # a name that says no more than the number


@dataclass(frozen=True)
class Levels:
    """The levels of a data set.

    Attributes:
        place: the file or folder that says so.
        role: which set of the config it is.
        count: how many there are.
        names: of them, if they have any.
        exact: whether ``count`` is certain: without names, levels may be missing beyond those of the photos.
    """

    place: str
    role: str
    count: int
    names: tuple[str, ...]
    exact: bool = True

    def __str__(self) -> str:
        first, last = (f' ({name})' if name else '' for name in (self.named[0], self.named[-1]))
        return f'{self.place}, {self.role}, has {self.count} levels, 0{first} to {self.count - 1}{last}'

    @property
    def named(self) -> tuple[str, ...]:
        """The names that say more than a number; one of ``''`` for each level where there are none."""
        return ('',) * self.count if all(map(_NUMBERED.fullmatch, self.names)) else self.names


def check_levels(config: Any, parts: Iterable[str], trained: Levels | None = None) -> None:
    """Makes sure that the levels of data sets are those of a network; nothing but their lists is read.

    Args:
        config: with ``model``; one without ``num_classes``, such as a dehazer's, fits every data set.
        parts: which data sets of it, some of ``SETS``; those that it does not have are passed over.
        trained: the levels that a checkpoint knows.

    Raises:
        FileNotFoundError, ValueError: a data set is not there, not as it should be, or has other levels.
    """
    there = [part for part in parts if config.get(f'{part}_dataloader')]
    with as_slips(config.filename):
        datasets = {part: build_list(config[f'{part}_dataloader'].dataset) for part in there}
    for misfit in find_misfits(config, datasets, trained):
        raise ValueError(misfit)


def trained_levels(state: Mapping[str, Any], where: Any) -> Levels | None:
    """The levels that a checkpoint knows from the data set it was trained on."""
    names = classes_of(state)
    return Levels(str(where), 'the checkpoint', len(names), names) if names else None


def build_list(definition: Any) -> Any:
    """The data set of a config, or what wraps it, without what it does to photos.

    Raises:
        FileNotFoundError, ValueError: it is not there or not as it should be, or joins sets whose levels differ.
    """
    lists = _without(definition.to_dict())
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        try:
            return DATASETS.build(lists)
        except ValueError as error:
            while 'dataset' in lists:
                lists = lists['dataset']
            if 'meta information' not in str(error) or 'datasets' not in lists:
                raise
            joined = [levels for each in lists['datasets'] for levels in _levels_of(DATASETS.build(each))]
            raise ValueError(f'ConcatDataset wants sets of the same levels, and {_contrast(joined)}') from error


def find_misfits(config: Any, datasets: Mapping[str, Any], trained: Levels | None = None) -> list[str]:
    """What does not fit, a sentence or two each.

    Args:
        config: with ``model``, and the data loaders of ``datasets``.
        datasets: what was built of it, by their parts.
        trained: the levels that a checkpoint knows.
    """
    counts, known = class_counts(config), trained
    misfits: dict[tuple, str] = {}  # by what they are about: one table is often the list of several sets
    for part, dataset in datasets.items() if counts else ():
        drawn = drawn_levels(config[f'{part}_dataloader'].dataset.to_dict())
        for levels in _levels_of(dataset, SETS[part], drawn):
            wrong = {name: count for name, count in counts.items()
                     if count < levels.count or (levels.exact and count > levels.count)}
            if wrong:
                misfits.setdefault((levels.place, levels.count), _describe_count(levels, wrong))
            elif known is not None and any(known.named) and any(levels.named) and known.named != levels.named:
                misfits.setdefault((levels.place, levels.names), _contrast([levels, known]))
            known = known or levels
        misfits.update({(text,): text for text in _find_others(config, part, min(counts.values()))})
    return list(misfits.values())


def class_counts(config: Any) -> dict[str, int]:
    """Each ``num_classes`` of a network that has to do with its answer, by its name in the config."""
    model = config.get('model')
    if not isinstance(model, Mapping):
        return {}
    found = dict(_find_counts(model, 'model')) | dict(_find_counts(config.get('data_preprocessor'),
                                                                  'data_preprocessor'))
    if not found and not model.get('head'):
        found = {name: count for name, count in _find_counts(model.get('backbone'), 'model.backbone') if count > 0}
    return found


def drawn_levels(definition: Any) -> int:
    """How many levels a data set has whose haze is drawn anew for each sample; 0 where the photos have theirs."""
    if isinstance(definition, Mapping):
        if str(definition.get('type')).split('.')[-1] == 'AddHaze':
            try:
                return len(TRANSFORMS.build(dict(definition)).betas)
            except (TypeError, ValueError):
                return 0  # what is wrong there, whoever builds the pipeline says
        definition = list(definition.values())
    inner = definition if isinstance(definition, (list, tuple)) else ()
    return max(map(drawn_levels, inner), default=0)


def _find_others(config: Any, part: str, count: int) -> Iterator[str]:
    """What else in a config is for another number of levels than ``count``."""
    evaluators = config.get(f'{part}_evaluator') or ()
    places = [(f'{part}_evaluator', each) for each in (evaluators if isinstance(evaluators, list) else [evaluators])]
    head = config['model'].get('head') or {}
    places += [('model.head', head)] if head.get('cal_acc') else []
    for place, each in places:
        topk = each.get('topk', 1) if isinstance(each, Mapping) else 1
        if (most := max(topk) if isinstance(topk, (list, tuple)) else topk) > count:
            yield f'{place} asks for the {most} likeliest levels, and there are {count}. Set its topk=(1,).'
    weights = (head.get('loss') or {}).get('class_weight')
    if weights is not None and len(weights) != count:
        yield f'model.head.loss.class_weight has {len(weights)} numbers, wanted one for each of {count} levels.'


def _without(definition: Any) -> Any:
    if isinstance(definition, dict):
        return {name: _without(value) for name, value in definition.items() if name not in COSTLY}
    return [_without(item) for item in definition] if isinstance(definition, (list, tuple)) else definition


def _find_counts(part: Any, name: str) -> Iterator[tuple[str, int]]:
    if isinstance(part, Mapping):
        if isinstance(part.get('num_classes'), int):
            yield f'{name}.num_classes', part['num_classes']
        for inner in ('head', 'loss', 'data_preprocessor'):
            yield from _find_counts(part.get(inner), f'{name}.{inner}')


def _levels_of(dataset: Any, role: str = 'joined with others', drawn: int = 0) -> Iterator[Levels]:
    """Those of a data set, or of each that it wraps or joins."""
    inner = getattr(dataset, 'datasets', None) or [getattr(dataset, 'dataset', None)]
    if inner[0] is not None:
        for each in inner:
            yield from _levels_of(each, role, drawn)
        return
    names = tuple(dataset.metainfo.get('classes') or ())
    listed = isinstance(dataset, HazeLevelDataset)  # which checks the level of each photo as it reads them
    count = max(len(names), drawn, 0 if listed else _highest(dataset) + 1)
    if count:
        yield Levels(_name(dataset), role, count, names if len(names) == count else (), bool(names))


def _highest(dataset: Any) -> int:
    labels = (dataset.get_data_info(index).get('gt_label') for index in range(len(dataset)))
    return max((int(label) for label in labels if isinstance(label, (int, np.integer))), default=-1)


def _name(dataset: Any) -> str:
    prefix = getattr(dataset, 'data_prefix', None) or {}
    places = [getattr(dataset, 'ann_file', ''), getattr(dataset, 'data_root', ''), prefix.get('img_path')]
    return str(next(filter(None, places), type(dataset).__name__))


def _contrast(several: Sequence[Levels]) -> str:
    said = ', and '.join(f'{each.place}, {each.role}, has the levels {", ".join(each.names)}' for each in several)
    return f'{said}. Make them the same by classes of the data sets, in one order, the least haze first.'


def _describe_count(levels: Levels, wrong: Mapping[str, int]) -> str:
    said = ', '.join(f'{name} is {count}' for name, count in wrong.items())
    text = f'{levels}, and {said}. Set {" ".join(f"{name}={levels.count}" for name in wrong)}'
    if min(wrong.values()) <= levels.count:
        return f'{text}.'
    return f'{text}, or, where photos of the other levels are only missing, name all levels by classes of the data set.'

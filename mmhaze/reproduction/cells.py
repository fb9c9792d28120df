"""Cells of a table: one method on one split with one seed; what decides a cell's result, and the result on disk.

A result is written whole, and believed only where it is whole, unchanged and of the same recipe. A finished cell has a
folder of its own below ``OUT/cells``. :func:`pack_runs` puts many of them into one compressed file,
``OUT/runs.json.xz``, which is read where there is no folder.
"""
from __future__ import annotations

import functools
import hashlib
import json
import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..io.files import read_json, write_whole
from ..runtime.configs import change_config, read_config
from ..runtime.settings import LOADERS, check_settings
from ..version import __version__
from .data_sets import DataSet, Listing
from .paper_tables import TableRow

VAL_INTERVAL = 5  # epochs; validation is for the curve alone


@dataclass(frozen=True)
class Cell:
    """One method on one split with one seed.

    Attributes:
        row: the first row that asks for it.
        data, split: where it is run.
        seed: None where nothing is drawn.
        recipe: what decides its result, ready for JSON: two cells with one recipe have one result.
        root: the folder of the data set; the recipe knows it by its checksum, wherever it lies.
        config: of a network, ready for a runner but for its folder; None without one.
    """

    row: TableRow
    data: DataSet
    split: str
    seed: int | None
    recipe: Mapping[str, Any]
    root: Path
    config: Config | None

    @property
    def name(self) -> str:
        """For people: ``'ResNet18, split random, seed 1'``."""
        return f'{self.row.name}, {self.data.name}, split {self.split}' + (f', seed {self.seed}' if self.seed else '')

    def folder(self, out: Path) -> Path:
        """Where it is kept."""
        drawn = f'seed{self.seed}' if self.seed else 'noseed'
        return out / CELLS / f'{self.row.method}_{self.data.name}_{self.split}_{drawn}_{hash_recipe(self.recipe)}'


def hash_recipe(recipe: Mapping[str, Any]) -> str:
    """Twelve digits to tell recipes apart by."""
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:12]


def plan_cells(row: TableRow, data: DataSet, split: str, seeds: Sequence[int], *, root: Path, listing: Listing,
               configs: Path, options: Mapping[str, Any] | None = None) -> list[Cell]:
    """The cells of a row, one for each seed, or one alone where nothing is drawn; none where it has no config.

    Args:
        row: what is run.
        data, split, root, listing: on what.
        seeds: from 1.
        configs: the folder of the config files.
        options: entries of the configs to change, as ``--cfg-options`` has them.

    Raises:
        ValueError, KeyError, TypeError: an option does not fit the config.
    """
    if row.config:
        path = configs / f'{row.config}_{data.name}.py'
        if not path.is_file():
            return []
    cells = []
    for seed in seeds if row.drawn else [None]:
        config = load_config(path, data, split, seed or 1, options) if row.config else None
        recipe = dict(method=row.method, data=data.name, split=split, seed=seed, manifest=listing.sha256,
                      mmhaze=__version__, baseline=dict(row.baseline), config=config and as_text(config))
        if config is not None:
            for loader in LOADERS:  # after the recipe, which holds wherever the data set lies
                config[loader].dataset.data_root = str(root)
        cells.append(Cell(row, data, split, seed, recipe, root, config))
    return cells


def load_config(path: Path, data: DataSet, split: str, seed: int, options: Mapping[str, Any] | None) -> Config:
    """A config of a network on a split, with a seed, and seldom validated.

    Raises:
        ValueError: it would not be tested on the test part.
    """
    config = read_config(path)
    config.randomness.seed = seed
    config.train_cfg.val_interval = max(VAL_INTERVAL, config.train_cfg.get('val_interval', 1))
    for loader in LOADERS:
        config[loader].dataset.split = data.splits[split][0]  # run_cell takes each fold in turn
    change_config(config, options or {}, path)
    check_settings(config, path)
    if 'T_max' in config.param_scheduler and not any('T_max' in name for name in options or ()):
        config.param_scheduler.T_max = config.train_cfg.max_epochs  # a shorter training has a shorter cosine
    if config.test_dataloader.dataset.part != 'test' or config.train_dataloader.dataset.part != 'train':
        raise ValueError(f'{path} does not train on the part train and test on the part test.')
    return config


def as_text(config: Config) -> str:
    """What decides a config's result, as JSON of a fixed order: which modules register the parts does not."""
    entries = {key: value for key, value in config.to_dict().items() if key != 'custom_imports'}
    return json.dumps(entries, sort_keys=True, default=repr)


CELLS, RUNS = 'cells', 'runs.json.xz'
RESULT, FAILURE, CURVE = 'result.json', 'failure.json', 'curve.json'


def write_result(folder: Path, result: Mapping[str, Any]) -> None:
    """Writes what a cell came to, with a checksum.

    Args:
        folder: of the cell.
        result: ``recipe``; ``predictions``, for each test photo ``path``, ``level``, ``predicted``, ``probabilities``
            (None where the method gives none) and ``fog``; ``curve``; ``seconds``; ``machine``.
    """
    write_whole(folder / RESULT, _dump(dict(checksum=_checksum(result), **result)))


def read_result(folder: Path, recipe: Mapping[str, Any]) -> dict[str, Any] | None:
    """The result of a cell, from its folder or from the packed runs; None where there is none yet.

    Raises:
        ValueError: it is cut short, was changed, or is of another recipe.
    """
    path = folder / RESULT
    try:
        result = read_json(path)
    except FileNotFoundError:
        path = folder.parents[1] / RUNS
        packed = read_runs(path).get(folder.name)
        if packed is None:
            return None
        result = dict(packed)
    checksum = result.pop('checksum', None)
    if checksum is None or checksum != _checksum(result):
        raise ValueError(f'{path} was changed since it was written: the checksum of {folder.name} does not fit.')
    if result.get('recipe') != recipe:
        raise ValueError(f'{path} is the result of another recipe.')
    return result


def pack_runs(out: Path) -> Path:
    """Adds the finished cells below ``out/cells`` to ``out/runs.json.xz``, whose path it gives; their folders stay."""
    path = out / RUNS
    runs = dict(read_runs(path))
    for result in sorted((out / CELLS).glob(f'*/{RESULT}')):
        runs[result.parent.name] = read_json(result)
    text = json.dumps(dict(sorted(runs.items()))).encode()
    write_whole(path, lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))
    return path


def read_runs(path: Path) -> Mapping[str, dict[str, Any]]:
    """The packed results by the name of their cell's folder; none where there is no such file.

    Raises:
        ValueError: the file is damaged.
    """
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}
    return _unpack(path, changed)


@functools.lru_cache(maxsize=1)  # every cell of a table asks
def _unpack(path: Path, changed: int) -> Mapping[str, dict[str, Any]]:
    try:
        runs = json.loads(lzma.decompress(path.read_bytes()))
        return {name: dict(result) for name, result in runs.items()}
    except (ValueError, TypeError, AttributeError, lzma.LZMAError, RecursionError) as error:
        raise ValueError(f'{path} is damaged: {error}. Copy it again, or delete it to run its cells anew.') from error


def write_failure(folder: Path, state: str, reason: str) -> None:
    """Writes why a cell has no result; ``state`` is ``'diverged'`` or ``'failed'``."""
    write_whole(folder / FAILURE, _dump(dict(state=state, reason=reason)))


def read_failure(folder: Path) -> dict[str, str] | None:
    """Why a cell has no result, or None where nothing says so."""
    try:
        failure = read_json(folder / FAILURE)
        return dict(state=str(failure['state']), reason=str(failure['reason']))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        return dict(state='failed', reason=f'{folder / FAILURE} cannot be read: {error!r}')


def write_curve(folder: Path, curve: list[dict[str, Any]]) -> None:
    """Writes what is known of the epochs that a training has behind it."""
    write_whole(folder / CURVE, _dump(curve))


def read_curve(folder: Path) -> list[dict[str, Any]]:
    """The epochs so far; none where nothing can be read, which costs the curve its beginning and no more."""
    try:
        curve = json.loads((folder / CURVE).read_bytes())
        return [dict(point, epoch=int(point['epoch']), seconds=float(point['seconds'])) for point in curve]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _checksum(result: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(result, sort_keys=True).encode()).hexdigest()


def _dump(content: Any) -> bytes:
    return (json.dumps(content) + '\n').encode()

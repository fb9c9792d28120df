"""Cells of a table: one method on one split with one seed, and the folder that its result is known by."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..version import __version__
from .data import DataSet, Listing
from .paper_tables import Row
from .results import CELLS

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
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

    row: Row
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


def plan_cells(row: Row, data: DataSet, split: str, seeds: Sequence[int], *, root: Path, listing: Listing,
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
    config = Config.fromfile(path)
    config.randomness.seed = seed
    config.train_cfg.val_interval = max(VAL_INTERVAL, config.train_cfg.get('val_interval', 1))
    for loader in LOADERS:
        config[loader].dataset.split = data.splits[split]
    if options:
        config.merge_from_dict(dict(options))
    if 'T_max' in config.param_scheduler and not any('T_max' in name for name in options or ()):
        config.param_scheduler.T_max = config.train_cfg.max_epochs  # a shorter training has a shorter cosine
    for loader in LOADERS:
        if not config[loader].num_workers:
            config[loader].persistent_workers = False  # there are none to persist
    if config.test_dataloader.dataset.part != 'test' or config.train_dataloader.dataset.part != 'train':
        raise ValueError(f'{path} does not train on the part train and test on the part test.')
    return config


def as_text(config: Config) -> str:
    """What decides a config's result, as JSON of a fixed order: which modules register the parts does not."""
    entries = {key: value for key, value in config.to_dict().items() if key != 'custom_imports'}
    return json.dumps(entries, sort_keys=True, default=repr)

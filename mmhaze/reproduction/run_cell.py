"""Runs one cell of a table in a process of its own: ``python -m mmhaze.reproduction.run_cell FOLDER``.

``FOLDER`` holds ``cell.json``, the recipe, where the data set lies and whether to mix precision, and for a network
``config.py``. It gets ``result.json``, or ``failure.json`` with the reason why there is none. A network's training goes
on from the newest whole checkpoint of the folder. The process ends when its standard input does: it does not outlive
whoever started it.
"""
from __future__ import annotations

import contextlib
import copy
import json
import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from .. import baselines
from ..datasets.level_count import SETS, check_levels
from ..datasets.listing import Listed
from ..io.photo import read_photo
from ..models.start import check_start
from ..registry import MODELS, register_all_modules
from ..runtime.checkpoints import newest_checkpoint
from ..runtime.machine import describe_machine
from ..runtime.mixed_precision import mix_precision
from ..runtime.seed_epochs import SeedEpochs
from ..runtime.settings import LOADERS
from .cells import read_curve, write_curve, write_failure, write_result
from .data_sets import DATA_SETS, read_listing

LOOK_EVERY = 50  # steps; looking at a loss makes an accelerator wait


class Diverged(ArithmeticError):
    """A loss that is no number."""


class RecordCurve(Hook):
    """Keeps the mean loss, the seconds and the validation of each epoch in a file, and ends a training on NaN.

    An epoch that is run again, after a stop, replaces its record. One that is stopped between its checkpoint and its
    validation is not validated.

    Args:
        folder: where the file is.

    Raises:
        Diverged: from the runner's ``train``, within fifty steps of a loss that is not finite, and before a checkpoint
            is made of it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.curve: list[dict[str, Any]] = []
        self.losses: list[torch.Tensor] = []
        self.start = 0.0

    def before_train(self, runner: Runner) -> None:
        """Takes over the epochs that the checkpoint has behind it."""
        self.curve = [point for point in read_curve(self.folder) if point['epoch'] <= runner.epoch]

    def before_train_epoch(self, runner: Runner) -> None:
        """Starts the clock."""
        self.losses, self.start = [], time.monotonic()

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None,
                         outputs: dict | None = None) -> None:
        """Keeps the loss."""
        self.losses.append((outputs or {})['loss'].detach())
        if not len(self.losses) % LOOK_EVERY:
            self._check(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        """Records the epoch; hooks that come later write the checkpoint."""
        self._check(runner)
        loss = float(torch.stack(self.losses).mean())
        self.curve.append(dict(epoch=runner.epoch + 1, loss=loss, seconds=time.monotonic() - self.start))
        write_curve(self.folder, self.curve)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Adds the validation to the epoch's record."""
        if self.curve and metrics:
            self.curve[-1]['validation'] = {name: value for name, value in metrics.items() if math.isfinite(value)}
            write_curve(self.folder, self.curve)

    def _check(self, runner: Runner) -> None:
        if not torch.stack(self.losses[-LOOK_EVERY:]).isfinite().all():
            raise Diverged(f'the loss was no number (NaN or infinite) in epoch {runner.epoch + 1}, within the steps '
                           f'up to {len(self.losses)}; try a lower optim_wrapper.optimizer.lr')


ORDER, CONFIG = 'cell.json', 'config.py'
WAIT_FOR_LOCK = 20  # seconds, for the process of a tool that was killed to end
DIGITS = 7          # of probabilities


def run_cell(folder: Path) -> None:
    """Runs the cell of a folder to its end and writes its result.

    Raises:
        Diverged: a loss was no number.
        ValueError, OSError: the data set, a photo, the config or a checkpoint is not as it should be.
    """
    order = json.loads((folder / ORDER).read_bytes())
    recipe, root = order['recipe'], Path(order['root'])
    with only_one(folder):
        data, split = DATA_SETS[recipe['data']], recipe['split']
        listing = read_listing(data, root, split)
        if listing.sha256 != recipe['manifest']:
            raise ValueError(f'{root} was changed while the table was being made. Start again.')
        start = time.monotonic()
        machine = describe_machine()
        if recipe['config']:
            register_all_modules()
            given = Config.fromfile(folder / CONFIG)  # once: the runner of the first fold writes its own there
        rows, curves = [], []
        for number, (column, parts) in enumerate(zip(data.splits[split], listing.folds)):
            levels: np.ndarray
            probabilities: np.ndarray | None
            if recipe['config']:
                place, config = find_fold(folder, number), copy.deepcopy(given)
                for loader in LOADERS:
                    config[loader].dataset.split = column
                if order['amp']:
                    machine['precision'] = f'mixed with {mix_precision(config)}'
                levels, probabilities = train_and_test(config, place, parts['test'])
                curves.append(read_curve(place))
            else:
                levels, probabilities = fit_and_predict(recipe, parts)
            rows += as_rows(root, parts['test'], levels, probabilities)
        curve = join_curves(curves)
        seconds = sum(point['seconds'] for point in curve) if curve else time.monotonic() - start
        write_result(folder, dict(recipe=recipe, predictions=rows, curve=curve, seconds=seconds, machine=machine))


def find_fold(folder: Path, number: int) -> Path:
    """The folder of a fold's training: the cell's own for the first."""
    place = folder / f'fold{number + 1}' if number else folder
    place.mkdir(exist_ok=True)
    return place


def fold_folders(folder: Path) -> list[Path]:
    """All that are there."""
    return [folder, *sorted(folder.glob('fold*'))]


def join_curves(curves: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The curve of all folds: mean losses and validations, and the seconds together."""
    joined = []
    for points in zip(*curves):
        validations = [point['validation'] for point in points if 'validation' in point]
        joined.append(dict(epoch=points[0]['epoch'], loss=float(np.mean([point['loss'] for point in points])),
                           seconds=sum(point['seconds'] for point in points)))
        if len(validations) == len(points):
            joined[-1]['validation'] = {name: float(np.mean([each[name] for each in validations]))
                                        for name in validations[0] if all(name in each for each in validations)}
    return joined


def train_and_test(config: Config, folder: Path, photos: Sequence[Listed]) -> tuple[np.ndarray, np.ndarray]:
    """Trains as a config says, or goes on with it, and tests the network of the last epoch.

    Returns:
        The levels of the test photos, (N,), and their probabilities, (N, levels).

    Raises:
        Diverged: a loss or a prediction was no number.
    """
    config.work_dir = str(folder)
    newest = newest_checkpoint(folder)
    if newest is not None:
        config.load_from, config.resume = str(newest), True
        check_start(config)
    check_levels(config, SETS)
    runner = Runner.from_cfg(config)
    runner.register_hook(SeedEpochs())
    runner.register_hook(RecordCurve(folder))
    runner.train()
    loader = runner.build_dataloader(config.test_dataloader, seed=runner.seed)
    paths = [loader.dataset.get_data_info(index)['img_path'] for index in range(len(loader.dataset))]
    if paths != [str(photo.path) for photo in photos]:
        raise ValueError(f'The config of {folder} tests other photos than the split has.')
    network = as_tested(runner)
    with torch.no_grad():
        samples = [sample for batch in loader for sample in network.test_step(batch)]
    found = np.array([sample.pred_score.cpu().numpy() for sample in samples], np.float64)
    if not np.isfinite(found).all():
        raise Diverged('the network of the last epoch predicts what is no number (NaN or infinite)')
    return found.argmax(1), found


def as_tested(runner: Runner) -> nn.Module:
    """The network that was trained, or what averages it over the views of a photo that its test pipeline makes, where
    the config has a ``tta_model``."""
    settings = runner.cfg.get('tta_model')
    network = runner.model if settings is None else MODELS.build(dict(settings, module=runner.model))
    return network.eval()


def fit_and_predict(recipe: dict[str, Any],
                    photos: Mapping[str, Sequence[Listed]]) -> tuple[np.ndarray, np.ndarray | None]:
    """Fits a classifier without a network on the training part.

    Returns:
        The levels of the test photos, (N,), and their probabilities, (N, levels), where it gives any.
    """
    settings = dict(recipe['baseline'])
    if recipe['seed'] is not None:
        settings['seed'] = recipe['seed']
    kind = getattr(baselines, settings.pop('type'))
    classifier = kind(num_levels=DATA_SETS[recipe['data']].levels, **settings)
    train = photos['train']
    scenes = [photo.known.get('scene') for photo in train]
    groups = None if None in scenes else scenes
    classifier.fit((read_photo(photo.path) for photo in train), [photo.level for photo in train], groups)
    test = (read_photo(photo.path) for photo in photos['test'])
    if hasattr(classifier, 'predict_proba'):
        probabilities = classifier.predict_proba(test)
        return probabilities.argmax(1), probabilities
    return classifier.predict(test), None


def as_rows(root: Path, photos: Sequence[Listed], levels: np.ndarray,
            probabilities: np.ndarray | None) -> list[dict[str, Any]]:
    """The predictions, a row a photo, ready for JSON; paths are those below ``root``."""
    return [dict(path=photo.path.relative_to(root).as_posix(), level=photo.level, predicted=int(levels[index]),
                 fog=photo.known.get('fog'), scene=photo.known.get('scene'),
                 probabilities=None if probabilities is None else probabilities[index].round(DIGITS).tolist())
            for index, photo in enumerate(photos)]


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keeps a second process out of the folder; the system lets go of it when the process ends, in whatever way.

    Raises:
        BlockingIOError: another one is at work there.
    """
    try:
        lock = FileLock(folder / '.lock').acquire(WAIT_FOR_LOCK, 0.2)
    except Timeout:
        raise BlockingIOError(f'another process is at work in {folder}') from None
    with lock:
        yield


def end_with_standard_input() -> None:
    """Ends this process, with whatever it is doing, once standard input is closed."""
    def wait() -> None:
        # sys.stdin.buffer would be locked while it reads, and a data loader's worker closes it as it is forked
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os._exit(1)
    threading.Thread(target=wait, daemon=True).start()


def attempt(folder: Path) -> int:
    """Runs the cell of a folder, writes down why where it comes to nothing, and gives an exit code."""
    try:
        run_cell(folder)
    except Exception as error:
        traceback.print_exc()
        diverged = isinstance(error, Diverged)
        reason = str(error) if diverged or isinstance(error, OSError) else f'{type(error).__name__}: {error}'
        write_failure(folder, 'diverged' if diverged else 'failed', reason)
        return 1
    return 0


def main(argv: Sequence[str]) -> int:
    end_with_standard_input()
    return attempt(Path(argv[0]))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

"""What a training of a table's cell does besides: it is recorded, and ends on NaN."""
from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from .results import read_curve, write_curve

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

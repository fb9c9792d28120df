from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..io.denormals import zero_denormals


class ZeroDenormals(Hook):
    """Sets denormal weights of a checkpoint to 0 before training or testing, see :func:`zero_denormals`.

    A training that goes on keeps its weights as they were, so that it ends in the same ones as without a stop.
    """

    def before_train(self, runner: Runner) -> None:
        """After ``load_from``."""
        if not runner._resume:
            zero_denormals(runner.model)

    def before_test(self, runner: Runner) -> None:
        """After the checkpoint is loaded."""
        zero_denormals(runner.model)

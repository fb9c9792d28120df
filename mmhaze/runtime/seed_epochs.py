from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.runner import Runner, set_random_seed


class SeedEpochs(Hook):
    """Seeds all generators at the start of each epoch by the seed, the epoch and the rank.

    A checkpoint does not hold where the generators stood. So a training that was stopped and one that was not draw the
    same from there on, dropout as well as mirroring; only what workers of a data loader draw is their own.
    """

    priority = 'VERY_HIGH'

    def before_train_epoch(self, runner: Runner) -> None:
        """Before the samples of an epoch are drawn."""
        set_random_seed((runner.seed * 1_000_003 + runner.rank * 7_919) % 2**31 + runner.epoch)

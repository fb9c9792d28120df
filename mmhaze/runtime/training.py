"""Training and testing a network as its config says."""
from __future__ import annotations

from pathlib import Path

from mmengine.config import Config
from mmengine.runner import Runner

from .checkpoints import newest_checkpoint
from .denormal_weights import ZeroDenormals
from .launching import leave_group
from .mixed_precision import mix_precision
from .seed_epochs import SeedEpochs

NEWEST = 'newest'


def set_training(cfg: Config, resume: str | None = None, amp: bool = False) -> None:
    """Has a config train from a checkpoint, which may be ``'newest'`` of its work dir, and in mixed precision.

    Whether the checkpoint may be loaded, and fits, is for :func:`mmhaze.models.start.check_start`.
    """
    if amp:
        mix_precision(cfg)
    if cfg.get('resume') and cfg.get('load_from') is None:
        resume = resume or NEWEST  # as the config says
    if resume:
        found = newest_checkpoint(cfg.work_dir) if resume == NEWEST else resume
        cfg.resume = found is not None
        if found is None:
            print(f'{cfg.work_dir} holds no checkpoint yet, training begins at the beginning.')
        else:  # the config's own load_from is where the first start began
            cfg.load_from = found
    if cfg.get('load_from') is not None:
        cfg.load_from = str(cfg.load_from)


def set_testing(cfg: Config, checkpoint: str, out: str | None = None) -> None:
    """Has a config test a checkpoint, and write every prediction to ``out``, a ``.pkl`` file.

    Raises:
        ValueError: ``out`` is none.
    """
    if out and not out.endswith(('.pkl', '.pickle')):
        raise ValueError(f'--out is {out}, wanted the name of a pickle such as {Path(out).with_suffix(".pkl")}, which '
                         "the host's analysis tools read.")
    cfg.load_from, cfg.resume = checkpoint, False
    if out:
        evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
        cfg.test_evaluator = [*evaluators, dict(type='DumpResults', out_file_path=out)]


def train(cfg: Config) -> None:
    """Trains to the end of the config's epochs."""
    runner = Runner.from_cfg(cfg)
    runner.register_hook(SeedEpochs())
    runner.register_hook(ZeroDenormals())
    runner.train()
    del runner
    leave_group()


def test(cfg: Config) -> None:
    """Tests, and prints the scores."""
    runner = Runner.from_cfg(cfg)
    runner.register_hook(ZeroDenormals())
    runner.test()
    del runner
    leave_group()

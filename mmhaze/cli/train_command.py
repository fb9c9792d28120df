"""Trains a network as a config says.

    mmhaze train magnet-fe-s_resnet18_hazel-level
    mmhaze train my_config.py --resume

Logs, checkpoints and the whole config go to work_dirs/CONFIG-NAME. A run that was stopped, in whatever way, goes on
with --resume. On several GPUs use tools/dist_train.sh or tools/slurm_train.sh, or
`torchrun --nproc-per-node 4 -m mmhaze train CONFIG --launcher pytorch`.
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from .arguments import add_config, add_config_options, read_options
from .ending import Ending

ENDING = Ending(stopped='stopped. With --resume it goes on from the newest checkpoint.')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The config, what to change in it, and where to begin."""
    add_run(parser)
    parser.add_argument('--resume', nargs='?', const='newest', metavar='CHECKPOINT',
                        help='go on from a checkpoint; without a path, from the newest whole one of the work dir')
    parser.add_argument('--amp', action='store_true', help='mixed precision: float16 on an accelerator; bfloat16 on a '
                        'processor, which is faster where that multiplies in it')


def add_run(parser: argparse.ArgumentParser) -> None:
    """What every run takes, testing as well."""
    add_config(parser, 'config', help='a config file, or the name of one in configs/')
    parser.add_argument('--work-dir', metavar='DIR',
                        help='where logs and checkpoints go (default: work_dirs/CONFIG-NAME)')
    add_config_options(parser, 'train_dataloader.batch_size=64 randomness.seed=2')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none',
                        help='what started several processes (default: %(default)s)')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Trains."""
    from ..runtime.shipped import find_config
    path = find_config(args.config)  # before what takes seconds
    from ..datasets.level_count import check_levels, trained_levels
    from ..models.start import check_start
    from ..runtime.launching import load_run
    from ..runtime.training import set_training, train
    cfg = load_run(path, args.work_dir, read_options(args.cfg_options), args.launcher, args.local_rank)
    set_training(cfg, args.resume, args.amp)
    state = check_start(cfg)
    check_levels(cfg, ('train', 'val'), trained_levels(state, cfg.load_from) if state and cfg.resume else None)
    return tell_where(train, cfg)


def tell_where(do: Callable[[Any], None], cfg: Any) -> int:
    """Trains or tests; an error that is not the user's is told with the place in the code, which is needed then."""
    from ..runtime.slips import find_slip
    try:
        do(cfg)
    except Exception as error:
        if slip := find_slip(error):
            raise ValueError(slip) from error
        sys.excepthook(*sys.exc_info())
        return 1
    return 0

"""Trains a model as a config file says.

    python tools/train.py configs/magnet/magnet-fe-s_resnet18_hazel-level.py

Logs, checkpoints and the whole config go to work_dirs/CONFIG-NAME. A run that was stopped, in whatever way, goes on
with --resume. On several GPUs use tools/dist_train.sh or tools/slurm_train.sh.
"""
from __future__ import annotations

import argparse

from mmengine.config import Config
from mmengine.runner import Runner

from mmhaze.runtime.checkpoints import check_checkpoint, newest_checkpoint
from mmhaze.runtime.hooks import SeedEpochs
from mmhaze.runtime.launching import leave_group, load_run, make_parser
from mmhaze.runtime.mixed_precision import mix_precision


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__)
    parser.add_argument('--resume', nargs='?', const='newest', metavar='CHECKPOINT',
                        help='go on from a checkpoint; without a path, from the newest whole one of the work dir')
    parser.add_argument('--amp', action='store_true', help='mixed precision: float16 on an accelerator; bfloat16 on a '
                        'processor, which is faster where that multiplies in it')
    return parser.parse_args(argv)


def load_config(args: argparse.Namespace) -> Config:
    """The config file with what the command line changes, and a checkpoint to go on from that may be loaded."""
    cfg = load_run(args)
    if args.amp:
        mix_precision(cfg)
    if args.resume:
        cfg.load_from = newest_checkpoint(cfg.work_dir) if args.resume == 'newest' else args.resume
        cfg.resume = cfg.load_from is not None
        if not cfg.resume:
            print(f'{cfg.work_dir} holds no checkpoint yet, training begins at the beginning.')
    if cfg.get('load_from') is not None:
        cfg.load_from = str(cfg.load_from)
        check_checkpoint(cfg.load_from)
    return cfg


def train(cfg: Config) -> None:
    runner = Runner.from_cfg(cfg)
    runner.register_hook(SeedEpochs())
    runner.train()


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    try:
        cfg = load_config(args)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f'train.py: {error}') from error
    train(cfg)
    leave_group()


if __name__ == '__main__':
    main()

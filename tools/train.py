"""Trains a model as a config file says.

    python tools/train.py configs/magnet/magnet-fe-s_resnet18_hazel-level.py

Logs, checkpoints and the whole config go to work_dirs/CONFIG-NAME. A run that was stopped, in whatever way, goes on
with --resume. On several GPUs use tools/dist_train.sh or tools/slurm_train.sh.
"""
from __future__ import annotations

import argparse
import os
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.runner import Runner

from mmhaze.checkpoints import check_checkpoint, newest_checkpoint
from mmhaze.launching import prepare_launch


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='a config file, say one of configs/')
    parser.add_argument('--work-dir', help='where logs and checkpoints go')
    parser.add_argument('--resume', nargs='?', const='newest', metavar='CHECKPOINT',
                        help='go on from a checkpoint; without a path, from the newest whole one of the work dir')
    parser.add_argument('--amp', action='store_true', help='mixed precision; needs a GPU')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help="change entries of the config, say train_dataloader.batch_size=64 randomness.seed=2")
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def load_config(args: argparse.Namespace) -> Config:
    """The config file with what the command line changes."""
    if not Path(args.config).is_file():
        raise FileNotFoundError(f'There is no config file {args.config}.')
    cfg = Config.fromfile(args.config)
    if args.cfg_options:
        cfg.merge_from_dict(args.cfg_options)
    cfg.work_dir = args.work_dir or cfg.get('work_dir') or str(Path('work_dirs', Path(args.config).stem))
    prepare_launch(cfg, args.launcher)
    if args.amp:
        if get_device() == 'cpu':
            raise ValueError('--amp needs an accelerator, and there is none here. Leave it out.')
        cfg.optim_wrapper.update(type='AmpOptimWrapper', loss_scale='dynamic')
    if args.resume:
        cfg.load_from = newest_checkpoint(cfg.work_dir) if args.resume == 'newest' else args.resume
        cfg.resume = cfg.load_from is not None
        if not cfg.resume:
            print(f'{cfg.work_dir} holds no checkpoint yet, training begins at the beginning.')
    if cfg.get('load_from') is not None:
        cfg.load_from = str(cfg.load_from)
        check_checkpoint(cfg.load_from)
    return cfg


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    try:
        cfg = load_config(args)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f'train.py: {error}') from error
    Runner.from_cfg(cfg).train()


if __name__ == '__main__':
    main()

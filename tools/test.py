"""Tests a checkpoint on the test part of the data set of a config file.

    python tools/test.py configs/magnet/magnet-fe-s_resnet18_hazel-level.py work_dirs/.../epoch_30.pth
"""
from __future__ import annotations

import argparse
import os
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from mmhaze.checkpoints import check_checkpoint
from mmhaze.launching import prepare_launch


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='the config file that the checkpoint was trained with')
    parser.add_argument('checkpoint', help='a checkpoint of mmhaze')
    parser.add_argument('--work-dir', help='where the log goes')
    parser.add_argument('--out', metavar='FILE.pkl', help="write every prediction, for the host's analysis tools")
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='change entries of the config, say test_dataloader.dataset.split=scene')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def load_config(args: argparse.Namespace) -> Config:
    """The config file with what the command line changes."""
    if not Path(args.config).is_file():
        raise FileNotFoundError(f'There is no config file {args.config}.')
    check_checkpoint(args.checkpoint)
    cfg = Config.fromfile(args.config)
    if args.cfg_options:
        cfg.merge_from_dict(args.cfg_options)
    cfg.work_dir = args.work_dir or cfg.get('work_dir') or str(Path('work_dirs', Path(args.config).stem))
    cfg.load_from, cfg.resume = args.checkpoint, False
    if args.out:
        evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
        cfg.test_evaluator = [*evaluators, dict(type='DumpResults', out_file_path=args.out)]
    prepare_launch(cfg, args.launcher)
    return cfg


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    try:
        cfg = load_config(args)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f'test.py: {error}') from error
    Runner.from_cfg(cfg).test()


if __name__ == '__main__':
    main()

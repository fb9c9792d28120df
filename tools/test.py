"""Tests a checkpoint on the test part of the data set of a config file.

    python tools/test.py configs/magnet/magnet-fe-s_resnet18_hazel-level.py work_dirs/.../epoch_20.pth
"""
from __future__ import annotations

import argparse

from mmengine.config import Config
from mmengine.runner import Runner

from mmhaze.runtime.checkpoints import check_checkpoint
from mmhaze.runtime.launching import leave_group, load_run, make_parser


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__)
    parser.add_argument('checkpoint', help='a checkpoint that was trained with the config')
    parser.add_argument('--out', metavar='FILE.pkl', help="write every prediction, for the host's analysis tools")
    return parser.parse_args(argv)


def load_config(args: argparse.Namespace) -> Config:
    """The config file with what the command line changes, and a checkpoint that may be loaded."""
    check_checkpoint(args.checkpoint)
    cfg = load_run(args)
    cfg.load_from, cfg.resume = args.checkpoint, False
    if args.out:
        evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
        cfg.test_evaluator = [*evaluators, dict(type='DumpResults', out_file_path=args.out)]
    return cfg


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    try:
        cfg = load_config(args)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f'test.py: {error}') from error
    Runner.from_cfg(cfg).test()
    leave_group()


if __name__ == '__main__':
    main()

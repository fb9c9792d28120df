"""Tests a checkpoint on the test photos of a config.

    mmhaze test magnet-fe-s_resnet18_hazel-level work_dirs/magnet-fe-s_resnet18_hazel-level/epoch_20.pth
"""
from __future__ import annotations

import argparse

from .arguments import read_options
from .train_command import add_run, tell_where


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The config, what to change in it, and the checkpoint."""
    add_run(parser)
    parser.add_argument('checkpoint', help='a checkpoint that was trained with the config')
    parser.add_argument('--out', metavar='FILE.pkl', help="write every prediction, for the host's analysis tools")


def run(args: argparse.Namespace) -> int:
    """Tests."""
    from ..runtime.shipped import find_config
    path = find_config(args.config)  # before what takes seconds
    from ..datasets.level_count import check_levels, trained_levels
    from ..models.start import check_start
    from ..runtime.launching import load_run
    from ..runtime.training import set_testing, test

    cfg = load_run(path, args.work_dir, read_options(args.cfg_options), args.launcher, args.local_rank)
    set_testing(cfg, args.checkpoint, args.out)
    state = check_start(cfg, testing=True)
    check_levels(cfg, ('test',), trained_levels(state or {}, args.checkpoint))
    return tell_where(test, cfg)

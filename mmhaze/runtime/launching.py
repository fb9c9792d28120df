"""What training and testing from the command line have in common: a config file, changed, on one process or many."""
from __future__ import annotations

import argparse
import gc
import os
from pathlib import Path

import torch
from mmengine.config import Config, DictAction

from .. import register_all_modules


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser of the config file and the options that every run has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='a config file, say one of configs/')
    parser.add_argument('--work-dir', metavar='DIR',
                        help='where logs and checkpoints go (default: work_dirs/CONFIG-NAME)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='change entries of the config, say train_dataloader.batch_size=64 randomness.seed=2')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    return parser


def load_run(args: argparse.Namespace) -> Config:
    """The config file with what the command line changes, ready for a runner.

    Without a GPU, where the host stops, torchrun's processes talk over gloo and the model is wrapped without a device.
    A parameter that gets no gradient ends a run of many processes; torch is told to say its name.

    Raises:
        FileNotFoundError: there is no such config file.
    """
    if not Path(args.config).is_file():
        raise FileNotFoundError(f'There is no config file {args.config}.')
    register_all_modules()
    cfg = Config.fromfile(args.config)
    if args.cfg_options:
        cfg.merge_from_dict(args.cfg_options)
    cfg.work_dir = args.work_dir or cfg.get('work_dir') or str(Path('work_dirs', Path(args.config).stem))
    cfg.launcher = args.launcher
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if args.launcher != 'none' and 'TORCH_DISTRIBUTED_DEBUG' not in os.environ:
        torch.distributed.set_debug_level(torch.distributed.DebugLevel.INFO)
    if args.launcher == 'pytorch' and not torch.cuda.is_available():
        torch.distributed.init_process_group('gloo')
        as_the_host = dict(broadcast_buffers=False, find_unused_parameters=cfg.get('find_unused_parameters', False))
        # the host names a device unless the config does, and torch refuses one for a model that is not on a GPU
        cfg.model_wrapper_cfg = dict(cfg.get('model_wrapper_cfg') or as_the_host, device_ids=None)
    return cfg


def leave_group() -> None:
    """Ends what the processes of a run that succeeded talked over; without it some of them abort as they leave.

    gloo's threads may hold a tensor of the last exchange when the interpreter goes away, and up to Python 3.13 that
    ends in SIGABRT. They are joined when nothing holds the group any longer, so no runner may be left. To be called
    once all is done, not on an error: the others may be in the midst of an exchange, and would wait.
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
        gc.collect()  # a runner and its loops hold each other, and the wrapped model the group

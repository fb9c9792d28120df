"""What training and testing have in common: a config, changed, on one process or many."""
from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from .configs import read_config
from .settings import check_settings


def load_run(path: Path, work_dir: str | None = None, options: Mapping[str, Any] | None = None, launcher: str = 'none',
             local_rank: int = 0) -> Config:
    """A config with what the command line changes, ready for a runner.

    Without a GPU, where the host stops, torchrun's processes talk over gloo and the model is wrapped without a device.
    A parameter that gets no gradient ends a run of many processes; torch is told to say its name.

    Args:
        path: a config file, see :func:`mmhaze.runtime.shipped.find_config`.
        work_dir: where logs and checkpoints go; by default ``work_dirs/CONFIG-NAME``.
        options: entries of the config to change.
        launcher: what started the processes: ``'none'``, ``'pytorch'``, ``'slurm'`` or ``'mpi'``.
        local_rank: which of this machine's processes this is, where the environment does not say.

    Raises:
        ValueError: the config cannot be read, or something in it is misspelt.
    """
    cfg = read_config(path, options)
    check_settings(cfg, path)
    cfg.work_dir = work_dir or cfg.get('work_dir') or str(Path('work_dirs', path.stem))
    cfg.launcher = launcher
    os.environ.setdefault('LOCAL_RANK', str(local_rank))
    if launcher != 'none' and 'TORCH_DISTRIBUTED_DEBUG' not in os.environ:
        torch.distributed.set_debug_level(torch.distributed.DebugLevel.INFO)
    if launcher == 'pytorch' and not torch.cuda.is_available():
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

"""Training and testing on one process or many, with a GPU or without."""
from __future__ import annotations

import torch
from mmengine.config import Config


def prepare_launch(cfg: Config, launcher: str) -> None:
    """Sets ``cfg.launcher``, and lets torchrun's processes run without a GPU, too, where the host stops.

    There the processes talk over gloo, and the model is wrapped without naming a device.
    """
    cfg.launcher = launcher
    if launcher == 'pytorch' and not torch.cuda.is_available():
        torch.distributed.init_process_group('gloo')
        cfg.model_wrapper_cfg = dict(type='MMDistributedDataParallel')

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
        as_the_host = dict(broadcast_buffers=False, find_unused_parameters=cfg.get('find_unused_parameters', False))
        # the host names a device unless the config does, and torch refuses one for a model that is not on a GPU
        cfg.model_wrapper_cfg = dict(cfg.get('model_wrapper_cfg') or as_the_host, device_ids=None)

"""Networks whose weights are as chance has them: they take as long as trained ones, and know nothing."""
from __future__ import annotations

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

from mmhaze.runtime.shipped import find_config


def save_weights(config: str, path: Path) -> Path:
    """Writes a checkpoint for a config, always the same one; returns its path."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(Config.fromfile(find_config(config)).model)
    network.init_weights()
    torch.save(dict(state_dict=network.state_dict(), meta={}), path)
    return path

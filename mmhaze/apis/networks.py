"""A network as its config file describes it, with the weights of a checkpoint."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

from ..shipped import CONFIGS


def find_config(name: str | Path) -> Path:
    """The config file of this path, or of this name among mmhaze's own.

    Raises:
        FileNotFoundError: there is none.
    """
    path = Path(name)
    if path.is_file():
        return path
    stem = path.name.removesuffix('.py')
    found = [] if path.parent != Path() else [
        file for file in sorted(CONFIGS.rglob('*.py')) if file.stem == stem and '_base_' not in file.parts]
    if not found:
        raise FileNotFoundError(f'There is no config {name}: wanted a file, or the name of one in configs/ such as '
                                'magnet-fe-s_resnet18_hazel-level.')
    return found[0]


def build_network(config: Config, weights: Mapping[str, Any], where: str | Path, checkpoint: str | Path,
                  device: str | torch.device | None = None) -> torch.nn.Module:
    """The network of a config in evaluation mode, with its weights.

    Args:
        config: with ``model``.
        weights: of the checkpoint, by name, with or without ``module.`` before the names.
        where, checkpoint: the two files, for the error.
        device: such as ``'cuda:0'``; by default the accelerator if there is one.

    Raises:
        ValueError: the weights are not those of the network.
    """
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(config.model)
    try:
        network.load_state_dict({name.removeprefix('module.'): weight for name, weight in weights.items()})
    except RuntimeError as error:
        raise ValueError(f'{checkpoint} was not trained with {where}: {_first_lines(str(error))} '
                         'Give the config that the checkpoint was trained with.') from error
    place = torch.device(device or get_device())
    network.to(place).eval()
    if place.type == 'cpu':
        # convolutions are a third faster with the channels of a place side by side
        network.to(memory_format=torch.channels_last)
    return network


def _first_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()[1:]]
    return ' '.join(line if len(line) < 200 else f'{line[:200]}...' for line in lines[:2])

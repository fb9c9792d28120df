"""A trained network: built as its config says, with the weights of a checkpoint; for levels, from the photo on."""
from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, default_collate
from mmengine.device import get_device
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS, MODELS, TRANSFORMS

from ..io.denormals import zero_denormals
from ..io.devices import check_device
from ..runtime.checkpoints import classes_of, load_checkpoint, weights_of
from ..runtime.configs import read_config
from ..runtime.settings import check_settings
from ..runtime.shipped import find_config
from ..runtime.slips import as_slips

LOADERS = ('LoadPhoto', 'LoadImageFromFile')


class LevelModel:
    """A classifier as its config file describes it, and its weights.

    Attributes:
        config: the config.
        device: where the network is.
        network: the classifier, in evaluation mode.
        classes: the names of the levels, the least haze first.
        steps: what is done to a photo after it was read, the configs of the transforms.

    Args:
        config: a config file, or the name of one of mmhaze's, such as ``'magnet-fe-s_resnet18_hazel-level'``.
        checkpoint: what was trained with it.
        device: such as ``'cuda:0'``; by default the accelerator if there is one.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: the checkpoint is refused or does not fit the config, or the config does not say how a photo is
            prepared, or there is no such device.
    """

    def __init__(self, config: str | Path, checkpoint: str | Path, device: str | torch.device | None = None) -> None:
        check_device(device)  # before what takes long
        path = find_config(config)
        state = load_checkpoint(checkpoint)
        self.config = read_config(path)
        check_settings(self.config, path, ('model', 'test_dataloader'))
        self.network = build_network(self.config, weights_of(state), path, checkpoint, device)
        self.device = next(self.network.parameters()).device
        self.steps = steps_after_loading(self.config, path)
        self._pipelines = threading.local()
        levels, trained = _count_levels(self.config.model.head, path), len(classes_of(state))
        if 0 < trained < levels:
            warnings.warn(f'{checkpoint} was trained on {trained} levels, and its network has {levels} classes: the '
                          f'answers {trained} and above mean nothing. Train with num_classes={trained}.', stacklevel=2)
        self.classes = _level_names(self.config, state, levels)

    def prepare(self, img: np.ndarray, name: str) -> dict[str, Any]:
        """What the network takes of a photo, (H, W, 3) uint8 BGR, as the test data of the config has it."""
        if not hasattr(self._pipelines, 'own'):  # transforms that share their draws are not for several threads
            self._pipelines.own = build_steps(self.steps)
        return self._pipelines.own(dict(img=img, img_path=name, img_shape=img.shape[:2], ori_shape=img.shape[:2]))

    @torch.inference_mode()
    def predict(self, prepared: Sequence[dict[str, Any]]) -> np.ndarray:
        """How likely each level is, (N, levels), of what :meth:`prepare` gave."""
        samples = self.network.test_step(default_collate(list(prepared)))
        return np.stack([sample.pred_score.cpu().numpy() for sample in samples])


def build_network(config: Config, weights: Mapping[str, Any] | None, where: str | Path, checkpoint: str | Path,
                  device: str | torch.device | None = None) -> torch.nn.Module:
    """The network of a config in evaluation mode, with its weights.

    Args:
        config: with ``model``.
        weights: of the checkpoint, by name, with or without ``module.`` before the names; None for those of chance.
        where, checkpoint: the two files, for the error.
        device: such as ``'cuda:0'``; by default the accelerator if there is one.

    Raises:
        ValueError: the weights are not those of the network, or there is no such device.
    """
    check_device(device)
    with DefaultScope.overwrite_default_scope('mmpretrain'), as_slips(where):
        network = MODELS.build(config.model)
    try:
        if weights is not None:
            network.load_state_dict({name.removeprefix('module.'): weight for name, weight in weights.items()})
    except RuntimeError as error:
        raise ValueError(f'{checkpoint} was not trained with {where}: {_first_lines(str(error))} '
                         'Give the config that the checkpoint was trained with.') from error
    zero_denormals(network)
    place = torch.device(get_device() if device is None else device)
    network.to(place).eval()
    if place.type == 'cpu':
        # convolutions are a third faster with the channels of a place side by side
        network.to(memory_format=torch.channels_last)
    return network


def prepares_photos(config: Config) -> bool:
    """Whether the test data of a config is prepared by more than the pipeline that hosts know, or is read by mmhaze."""
    data = config.get('test_dataloader', {}).get('dataset', {})
    return bool(data.get('prepare')) or _kind(next(iter(data.get('pipeline') or ()), {})) == LOADERS[0]


def steps_after_loading(config: Config, where: str | Path) -> list[dict]:
    """What is done to a photo after it was read, the configs of the transforms; ``where`` is the config, for the error.

    Raises:
        ValueError: the config does not say how a photo is prepared.
    """
    data = config.get('test_dataloader', {}).get('dataset', {})
    steps = [*data.get('prepare', []), *data.get('pipeline', [])]
    if not steps or _kind(steps[0]) not in LOADERS:
        raise ValueError(f'{where} does not say how a photo is prepared: wanted test_dataloader.dataset with a prepare '
                         f'or pipeline that begins with one of {", ".join(LOADERS)}.')
    return steps[1:]


def build_steps(steps: Sequence[dict]) -> Compose:
    """The transforms of these configs, one after the other."""
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        return Compose([TRANSFORMS.build(step) for step in steps])


def _kind(step: Mapping[str, Any]) -> str:
    """The class of a step without its scope, ``mmhaze.LoadPhoto`` as ``LoadPhoto``."""
    kind = step.get('type', '')
    return kind.split('.')[-1] if isinstance(kind, str) else kind.__name__


def _count_levels(head: Mapping[str, Any], where: str | Path) -> int:
    if 'num_classes' in head:
        return int(head['num_classes'])
    if 'head' not in head:
        raise ValueError(f'{where} has a {_kind(head)}, which tells no levels: wanted a head with num_classes. '
                         'Its config and checkpoint go to "mmhaze test".')
    return _count_levels(head['head'], where)  # Network Constraint's


def _level_names(config: Config, state: dict, levels: int) -> tuple[str, ...]:
    """As the checkpoint has them from its data set, else as the data set of the config."""
    data = config.test_dataloader.dataset
    kind = DATASETS.get(data.type)
    for names in (classes_of(state), data.get('classes'), (data.get('metainfo') or {}).get('classes'),
                  getattr(kind, 'METAINFO', {}).get('classes')):
        if isinstance(names, (list, tuple)) and len(names) == levels:
            return tuple(names)
    return tuple(f'level {level}' for level in range(levels))


def _first_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()[1:]]
    return ' '.join(line if len(line) < 200 else f'{line[:200]}...' for line in lines[:2])

"""Frozen networks whose features contrastive losses compare."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..io.denormals import zero_denormals
from ..registry import MODELS
from ..runtime.checkpoints import load_checkpoint

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class FrozenExtractor(nn.Module):
    """Gives features of photos and never learns: its weights get no gradients, its statistics do not drift.

    It is no part of a checkpoint, as what never changes need not be kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self._place = ''
        self.register_load_state_dict_post_hook(FrozenExtractor._forgive_absence)

    def freeze(self) -> None:
        """To be called at the end of the constructor."""
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> FrozenExtractor:
        """Stays in evaluation mode, whatever ``mode``."""
        return super().train(False)

    def state_dict(self, *args: Any, destination: dict | None = None, **kwargs: Any) -> dict:
        """Nothing."""
        return {} if destination is None else destination

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *args: Any) -> None:
        self._place = prefix

    def _forgive_absence(self, keys: Any) -> None:
        keys.missing_keys[:] = [key for key in keys.missing_keys if not key.startswith(self._place)]


@MODELS.register_module()
class TorchvisionExtractor(FrozenExtractor):
    """Features of a network of torchvision that was trained on ImageNet.

    Args:
        arch: its name, such as ``'vgg16'`` or ``'resnet152'``.
        layers: the names of the layers whose outputs are given, such as ``['layer1', 'layer2', 'layer3', 'layer4']``.
        weights: a file of its weights, as torchvision publishes them. Nothing is downloaded: None leaves random
            weights, whose features are of use in trials alone.
        normalize: whether photos in [0, 1] get the mean and deviation of ImageNet. False moves them to [-1, 1] instead,
            as MixDehazeNet's released code has it.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: there is no such network or layer, or the weights are others.
    """

    def __init__(self, arch: str, layers: Sequence[str], weights: str | Path | None = None,
                 normalize: bool = True) -> None:
        super().__init__()
        from torchvision import models
        from torchvision.models.feature_extraction import create_feature_extractor

        if arch not in models.list_models(module=models):
            raise ValueError(f'torchvision has no network {arch!r}; wanted one such as vgg16 or resnet152.')
        network = models.get_model(arch, weights=None)
        if weights is not None:
            try:
                network.load_state_dict(load_checkpoint(weights, 'what torchvision published'))
            except RuntimeError as error:
                raise ValueError(f'{weights} has no weights of {arch} as torchvision publishes them.') from error
            zero_denormals(network)
        self.layers = tuple(layers)
        self.network = create_feature_extractor(network, list(self.layers))
        mean, std = (MEAN, STD) if normalize else ((0.5,) * 3, (0.5,) * 3)
        self.register_buffer('mean', torch.tensor(mean).view(3, 1, 1))
        self.register_buffer('std', torch.tensor(std).view(3, 1, 1))
        self.freeze()

    def forward(self, images: Tensor) -> list[Tensor]:
        """(N, 3, H, W) RGB in [0, 1] -> a feature for each layer, (N, C, h, w)."""
        features = self.network((images - self.mean) / self.std)
        return [features[layer] for layer in self.layers]


@MODELS.register_module()
class TinyExtractor(FrozenExtractor):
    """Three random convolutions, the same for each seed: for tests and trials, where no weights are at hand.

    Args:
        width: channels of the first; each has twice as many as the one before, at half the size.
        seed: of the weights.
    """

    def __init__(self, width: int = 16, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        widths = [3, width, 2 * width, 4 * width]
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU())
            for before, after in zip(widths, widths[1:]))
        for stage in self.stages:
            fan = stage[0].weight[0].numel()
            stage[0].weight.data.normal_(0, (2 / fan)**0.5, generator=generator)
            stage[0].bias.data.zero_()
        self.freeze()

    def forward(self, images: Tensor) -> list[Tensor]:
        """(N, 3, H, W) RGB in [0, 1] -> three features, (N, C, h, w)."""
        x, features = images * 2 - 1, []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features

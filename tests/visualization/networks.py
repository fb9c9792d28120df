"""Networks for the tests of pictures: as chance has them, and one that is known by heart."""
from __future__ import annotations

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmhaze.models.trained import LevelModel
from mmhaze.runtime.shipped import find_config


class OneCorner(nn.Module):
    """The brightness of the photo in 8x8 places, of which only the upper left one is let through."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(8)
        self.corner = Corner()

    def forward(self, x: Tensor) -> tuple[Tensor]:
        return (self.corner(self.pool(x.mean(1, keepdim=True) + 2)),)


class Corner(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        mask = torch.zeros_like(x)
        mask[..., 0, 0] = 1
        return x * mask


MODELS.register_module(module=OneCorner, force=True)

CORNER = """
model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(type='ClsDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, to_rgb=True),
    backbone=dict(type='OneCorner'),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(type='LinearClsHead', num_classes=3, in_channels=1))
test_dataloader = dict(dataset=dict(type='HazeLevelDataset', prepare=[
    dict(type='LoadPhoto'), dict(type='ResizeEdge', scale=64, edge='short'), dict(type='CenterCrop', crop_size=64)],
    pipeline=[dict(type='PackInputs')]))
"""


def corner_model(folder: Path) -> LevelModel:
    """Its score for level 2 grows with the brightness of the corner, that for level 0 falls."""
    config = folder / 'corner.py'
    config.write_text(CORNER)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(Config.fromfile(config).model)
    with torch.no_grad():
        network.head.fc.weight.copy_(torch.tensor([[-1.0], [0.0], [1.0]]))
        network.head.fc.bias.zero_()
    torch.save(dict(state_dict=network.state_dict()), folder / 'corner.pth')
    return LevelModel(config, folder / 'corner.pth', 'cpu')


def chance_model(name: str | Path, folder: Path, seed: int = 1) -> LevelModel:
    """A config with weights as chance has them, large enough to tell photos apart."""
    torch.manual_seed(seed)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(Config.fromfile(find_config(name)).model)
    network.init_weights()
    with torch.no_grad():
        for weight in network.head.parameters():
            weight.copy_(torch.randn_like(weight) * 0.3)
    torch.save(dict(state_dict=network.state_dict()), folder / 'chance.pth')
    return LevelModel(name, folder / 'chance.pth', 'cpu')

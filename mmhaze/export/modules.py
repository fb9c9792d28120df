"""What is exported: a network with what goes before and after it, as modules that take and give tensors alone."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..ucm import UcmSettings
from .masks import find_haze, length
from .shrink import shrink

CHANNELS = ('task', 'magnifier')
KNOWN_STEPS = ('UCM', 'TransformBroadcaster', 'ResizeEdge', 'CenterCrop', 'PackInputs', 'PackDualChannel')


class FromChannels(nn.Module):
    """The channels as the config prepares them, (N, 3, h, w) uint8 BGR -> probabilities, (N, levels).

    Args:
        network: a classifier of mmpretrain, in evaluation mode; its own preprocessor normalises.
        dual: whether its inputs are a dict of channels.
    """

    def __init__(self, network: nn.Module, dual: bool) -> None:
        super().__init__()
        self.network, self.dual = network, dual

    def forward(self, *channels: Tensor) -> Tensor:
        """The task channel, and the magnifier channel where the network has one."""
        inputs = dict(zip(CHANNELS, channels)) if self.dual else channels[0]
        inputs = self.network.data_preprocessor(dict(inputs=inputs))['inputs']
        return self.network(inputs, mode='tensor').softmax(1)


class FromPhoto(nn.Module):
    """Photos as they are, (N, H, W, 3) uint8 BGR -> probabilities, (N, levels); with a magnifier, UCM's masks as well.

    Args:
        classify: takes what the config prepares.
        steps: how it does so, the configs of the transforms after loading.

    Raises:
        ValueError: there is a step that has no graph.
    """

    def __init__(self, classify: FromChannels, steps: Sequence[dict]) -> None:
        super().__init__()
        self.classify = classify
        self.magnifier = magnifier_of(steps)
        self.settings = ucm_settings(steps)
        if self.settings and self.settings.variant != 'paper':
            raise ValueError("Of UCM, variant 'paper' alone can be put into a graph.")
        shrinking = [step for outer in steps for step in outer.get('transforms', [outer])
                     if step['type'] in ('ResizeEdge', 'CenterCrop')]
        self.size = int(shrinking[0].get('scale', 0)) if shrinking else 0
        unknown = [step['type'] for step in steps if step['type'] not in KNOWN_STEPS]
        if unknown or shrinking != _shrinking(self.size):
            raise ValueError(f'A graph can prepare a photo by UCM and {_shrinking(64)}, the config has '
                             f'{[dict(step) for step in steps]}.')

    def forward(self, photo: Tensor) -> Any:
        """See the class."""
        bgr = photo.permute(0, 3, 1, 2).to(torch.int32)
        height, width = length(bgr, 2), length(bgr, 3)
        whole = torch.stack([0 * width, 0 * height, width, height]).reshape(1, 4)
        task = shrink(bgr, whole, self.size)
        if self.magnifier is None or self.settings is None:
            return self.classify(task)
        mask, boxes = find_haze(bgr.flip(1), self.settings)
        if self.magnifier == 'haze_segment':
            return self.classify(task, shrink(bgr, boxes, self.size)), mask
        kept = mask | (mask.sum((1, 2), keepdim=True) == 0)  # the whole photo where no haze was found
        return self.classify(task, shrink(bgr * kept.unsqueeze(1), whole, self.size)), mask


def magnifier_of(steps: Sequence[dict]) -> str | None:
    """Which map of the haze the network sees, if any."""
    packing = steps[-1]
    return packing.get('magnifier', 'haze_segment') if packing['type'] == 'PackDualChannel' else None


def ucm_settings(steps: Sequence[dict]) -> UcmSettings | None:
    """UCM's settings where the network sees a map of the haze."""
    for step in steps:
        if step['type'] == 'UCM' and magnifier_of(steps):
            return UcmSettings(**{name: value for name, value in step.items() if name not in ('type', 'maps')})
    return None


def _shrinking(size: int) -> list[dict]:
    return [dict(type='ResizeEdge', scale=size, edge='short', interpolation='bicubic', backend='pillow'),
            dict(type='CenterCrop', crop_size=size)]

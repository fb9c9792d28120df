"""What all dehazers share: the range of values, padding, training and prediction."""
from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
import torch
from mmengine.model import BaseModel
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from ...registry import MODELS

# changes features of a photo, (N, C, h, w) -> the same shape
Guide = Callable[[Tensor], Tensor]


class BaseDehazer(BaseModel, metaclass=ABCMeta):
    """A network that takes haze out of photos: (N, 3, H, W) RGB float in [0, 1] in, the same shape and range out.

    H and W are any, from one pixel on: here the photo is padded by reflection, below and to the right, to what the
    network needs, and cut again. A subclass writes :meth:`restore` in its own range of values and says what it needs.

    Attributes:
        value_range: what :meth:`restore` takes and gives; photos in [0, 1] are moved there and back.
        multiple: H and W of what it takes are multiples of it.
        min_size: and at least this, a multiple of ``multiple``, pixels.
        whole_photo: whether a pixel of the result depends on the whole photo, as with pooling over all of it. Such a
            network sees tiles of a photo otherwise than the photo.
        guided_channels: C of the features, coarse ones where it has any, that a guide may change on their way through
            :meth:`restore`; 0 where there are none, and then :meth:`restore` takes no guide.
        extra_planes: how many planes it takes beside red, green and blue.

    Args:
        losses: registered losses by name, each called as ``loss(dehazed, clear, hazy, pre)`` with (N, 3, H, W) RGB in
            [0, 1] (``dehazed`` may leave the range; ``pre``, dehazed in part, is None but in a
            :class:`ProgressiveDehazer`) and giving a number; they are logged as ``loss_NAME`` and added up.
        data_preprocessor: by default a :class:`~mmhaze.models.DehazePreprocessor`.
        init_cfg: the host's.
    """

    value_range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    multiple: ClassVar[int] = 1
    min_size: ClassVar[int] = 1
    whole_photo: ClassVar[bool] = False
    guided_channels: int = 0
    extra_planes: int = 0

    def __init__(self,
                 losses: dict[str, dict] = dict(l1=dict(type='DehazeL1Loss')),
                 data_preprocessor: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        super().__init__(MODELS.build(data_preprocessor or dict(type='DehazePreprocessor')), init_cfg)
        self.losses = nn.ModuleDict({name: MODELS.build(loss) for name, loss in losses.items()})

    @abstractmethod
    def restore(self, hazy: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in ``value_range`` -> the same shape and range; H and W as the network needs them.

        With ``guided_channels`` it has a second argument, ``guide``, None by default.
        """

    def forward(self, inputs: Tensor, data_samples: Sequence[DataSample] | None = None,
                mode: str = 'tensor') -> Tensor | dict[str, Tensor] | list[DataSample]:
        """What the host's runner calls.

        Args:
            inputs: hazy photos, (N, 3, H, W) RGB in [0, 1].
            data_samples: those of the photos; with ``clear``, (3, H, W) RGB in [0, 1], for training.
            mode: ``'tensor'`` gives the dehazed photos, which may leave the range; ``'loss'`` :meth:`loss`;
                ``'predict'`` :meth:`predict`.
        """
        if mode == 'tensor':
            return self.dehaze(inputs)
        if mode == 'loss':
            return self.loss(inputs, data_samples or ())
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        raise ValueError(f"mode is 'tensor', 'loss' or 'predict', got {mode!r}.")

    def dehaze(self, hazy: Tensor, guide: Guide | None = None) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same shape; not clamped, for the gradients.

        Args:
            hazy: the photos; with ``extra_planes`` these stand after the colours, moved to [0, 1] likewise.
            guide: changes the features in the middle, for a network with ``guided_channels``.
        """
        planes = 3 + self.extra_planes
        if hazy.ndim != 4 or hazy.shape[1] != planes or not hazy.is_floating_point():
            raise ValueError(f'{type(self).__name__} wants (N, {planes}, H, W) RGB float in [0, 1], '
                             f'got {tuple(hazy.shape)} {hazy.dtype}.')
        low, high = self.value_range
        height, width = hazy.shape[2:]
        padded = pad_by_reflection(hazy, *(self._fitting(side) for side in (height, width)))
        moves = self.value_range != (0, 1)  # where it does not, a large photo is spared four more of its size
        given = padded * (high - low) + low if moves else padded
        restored = self.restore(given) if guide is None else self.restore(given, guide)  # type: ignore[call-arg]
        restored = restored[..., :height, :width]
        return (restored - low) / (high - low) if moves else restored

    def loss(self, inputs: Tensor, data_samples: Sequence[DataSample]) -> dict[str, Tensor]:
        """The losses by name; ``inputs`` and ``data_samples`` as in :meth:`forward`."""
        return self.learn(inputs, stack_clear(data_samples), inputs)

    def learn(self, given: Tensor, clear: Tensor, hazy: Tensor, guide: Guide | None = None) -> dict[str, Tensor]:
        """The losses by name of what comes of ``given``, which :meth:`dehaze` takes, for clear and hazy photos."""
        return self.compare(self.dehaze(given, guide), clear, hazy)

    def compare(self, dehazed: Tensor, clear: Tensor, hazy: Tensor, pre: Tensor | None = None) -> dict[str, Tensor]:
        """The losses by name, of (N, 3, H, W) each."""
        return {f'loss_{name}': loss(dehazed, clear, hazy, pre) for name, loss in self.losses.items()}

    def predict(self, inputs: Tensor, data_samples: Sequence[DataSample] | None = None) -> list[DataSample]:
        """The samples with ``hazy`` and ``dehazed``, (3, H, W) RGB in [0, 1] each; a ``clear`` stays as it is."""
        return fill_samples(data_samples, inputs, self.dehaze(inputs))

    def _fitting(self, side: int) -> int:
        """The least size that the network takes, of at least ``side``."""
        return max(-(-side // self.multiple) * self.multiple, self.min_size)


def pad_by_reflection(images: Tensor, height: int, width: int) -> Tensor:
    """Pads below and to the right, (N, C, h, w) -> (N, C, height, width), by reflection as often as it takes.

    torch's own reflects no further than the image is long, and refuses one pixel.
    """
    for axis, size in ((2, height), (3, width)):
        missing = size - images.shape[axis]
        if missing:
            places = np.pad(np.arange(images.shape[axis]), (0, missing), 'reflect')
            images = images.index_select(axis, torch.from_numpy(places).to(images.device))
    return images


def fill_samples(data_samples: Sequence[DataSample] | None, hazy: Tensor, dehazed: Tensor) -> list[DataSample]:
    """The samples, or new ones, with ``hazy`` and ``dehazed`` of (N, 3, H, W) each; the latter is cut to [0, 1]."""
    samples = list(data_samples) if data_samples is not None else [DataSample() for _ in hazy]
    for sample, before, after in zip(samples, hazy, dehazed.clamp(0, 1)):
        sample.set_field(before, 'hazy')
        sample.set_field(after, 'dehazed')
    return samples


def stack_clear(data_samples: Sequence[DataSample]) -> Tensor:
    """The clear photos of samples of one size, (N, 3, H, W).

    Raises:
        ValueError: there are none.
    """
    if not data_samples or any('clear' not in sample for sample in data_samples):
        raise ValueError("Training wants data_samples with 'clear', as PackDehazing makes them.")
    return torch.stack([sample.clear for sample in data_samples])

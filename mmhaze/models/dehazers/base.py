"""What all dehazers share: the range of values, padding, training and prediction."""
from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from mmengine.model import BaseModel
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from ...registry import MODELS


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

    def __init__(self,
                 losses: dict[str, dict] = dict(l1=dict(type='DehazeL1Loss')),
                 data_preprocessor: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        super().__init__(MODELS.build(data_preprocessor or dict(type='DehazePreprocessor')), init_cfg)
        self.losses = nn.ModuleDict({name: MODELS.build(loss) for name, loss in losses.items()})

    @abstractmethod
    def restore(self, hazy: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in ``value_range`` -> the same shape and range; H and W as the network needs them."""

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

    def dehaze(self, hazy: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same shape; not clamped, for the gradients."""
        if hazy.ndim != 4 or hazy.shape[1] != 3 or not hazy.is_floating_point():
            raise ValueError(f'{type(self).__name__} wants (N, 3, H, W) RGB float in [0, 1], '
                             f'got {tuple(hazy.shape)} {hazy.dtype}.')
        low, high = self.value_range
        height, width = hazy.shape[2:]
        padded = pad_by_reflection(hazy, *(self._fitting(side) for side in (height, width)))
        return (self.restore(padded * (high - low) + low)[..., :height, :width] - low) / (high - low)

    def loss(self, inputs: Tensor, data_samples: Sequence[DataSample]) -> dict[str, Tensor]:
        """The losses by name; ``inputs`` and ``data_samples`` as in :meth:`forward`."""
        clear = stack_clear(data_samples)
        return self.compare(self.dehaze(inputs), clear, inputs)

    def compare(self, dehazed: Tensor, clear: Tensor, hazy: Tensor, pre: Tensor | None = None) -> dict[str, Tensor]:
        """The losses by name, of (N, 3, H, W) each."""
        return {f'loss_{name}': loss(dehazed, clear, hazy, pre) for name, loss in self.losses.items()}

    def predict(self, inputs: Tensor, data_samples: Sequence[DataSample] | None = None) -> list[DataSample]:
        """The samples with ``hazy`` and ``dehazed``, (3, H, W) RGB in [0, 1] each; a ``clear`` stays as it is."""
        samples = list(data_samples) if data_samples is not None else [DataSample() for _ in inputs]
        for sample, hazy, dehazed in zip(samples, inputs, self.dehaze(inputs).clamp(0, 1)):
            sample.set_field(hazy, 'hazy')
            sample.set_field(dehazed, 'dehazed')
        return samples

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


def stack_clear(data_samples: Sequence[DataSample]) -> Tensor:
    """The clear photos of samples of one size, (N, 3, H, W).

    Raises:
        ValueError: there are none.
    """
    if not data_samples or any('clear' not in sample for sample in data_samples):
        raise ValueError("Training wants data_samples with 'clear', as PackDehazing makes them.")
    return torch.stack([sample.clear for sample in data_samples])

from __future__ import annotations

import torch
from mmengine.model import BaseDataPreprocessor
from mmpretrain.models.utils import ClsDataPreprocessor

from ..registry import MODELS


@MODELS.register_module()
class DualChannelPreprocessor(ClsDataPreprocessor):
    """The host's preprocessing, channel by channel: ``dict(task=(N, 3, H, W), magnifier=(N, 3, h, w))`` in and out.

    Each channel is turned from BGR to RGB where ``to_rgb`` says so, normalised with the same ``mean`` and ``std`` (in
    grey levels) and moved to the device. The arguments are the host's. Mixing samples (``batch_augments``,
    ``train_cfg``) is refused: the box of a mixed photo's haze is not the mix of two boxes.

    The host's own class would fail here in silence: it swaps BGR to RGB for tensors of three channels only, and takes
    a list of two for two samples.
    """

    def __init__(self, *args, batch_augments: dict | None = None, **kwargs) -> None:
        if batch_augments:
            raise ValueError('Mixup, CutMix and the like are not defined for two channels of a photo; '
                             f'leave train_cfg empty, got {batch_augments}.')
        super().__init__(*args, **kwargs)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Takes and gives the dict of ``inputs`` and ``data_samples`` that a data loader makes."""
        channels = data['inputs']
        if not isinstance(channels, dict) or 'task' not in channels:
            raise ValueError("inputs must be a dict with the channel 'task', as PackDualChannel and "
                             f"collate_fn=dict(type='default_collate') make it, got {type(channels).__name__}.")
        # the samples' labels go to the device with the first channel; the others carry none
        first = super().forward(dict(data, inputs=channels['task']), training)
        inputs = dict(task=first['inputs'])
        for name in channels.keys() - {'task'}:
            inputs[name] = super().forward(dict(inputs=channels[name]), training)['inputs']
        return dict(inputs=inputs, data_samples=first['data_samples'])


@MODELS.register_module()
class DehazePreprocessor(BaseDataPreprocessor):
    """Photos as dehazers take them: (3, H, W) uint8 BGR -> (N, 3, H, W) RGB float in [0, 1], on the device.

    The samples' ``clear`` photos are treated alike. A batch has one size: photos as they are go one by one.
    """

    def forward(self, data: dict, training: bool = False) -> dict:
        """Takes and gives the dict of ``inputs`` and ``data_samples`` that a data loader makes."""
        data = self.cast_data(data)
        inputs, samples = data['inputs'], data.get('data_samples')
        sizes = {tuple(img.shape) for img in inputs}
        if len(sizes) != 1:
            raise ValueError(f'A batch has photos of one size, got {", ".join(map(str, sorted(sizes)))}. Crop them '
                             'alike, or set batch_size=1.')
        for sample in samples or ():
            if 'clear' in sample:
                sample.set_field(_to_unit_rgb(sample.clear), 'clear')
        return dict(inputs=torch.stack([_to_unit_rgb(img) for img in inputs]), data_samples=samples)


def _to_unit_rgb(img: torch.Tensor) -> torch.Tensor:
    return img.flip(-3).float() / 255

from __future__ import annotations

from typing import Any

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...registry import MODELS


@MODELS.register_module()
class InputAugmentation(BaseModule):
    """Input Augmentation, Eq. 10: E = encoder(concat(photo, map)), the two channels as six planes of one input.

    ``dict(task=(N, 3, H, W), magnifier=(N, 3, H, W))`` -> the encoder's own tuple of features.

    The encoder's first convolution is widened from 3 planes to 6. Weights for 3 planes still load: they become the task
    half and the magnifier half starts at zero, so that a pretrained network begins with just what it knew.

    Args:
        encoder: any backbone of mmpretrain whose first layer is a convolution of 3 planes, as a config.
        init_cfg: see :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, encoder: dict, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.encoder = MODELS.build(encoder)
        widen_first_convolution(self.encoder)

    def forward(self, inputs: dict[str, Tensor]) -> tuple[Tensor, ...]:
        """The encoder's features of both channels, see the class."""
        task, magnifier = inputs['task'], inputs.get('magnifier')
        if magnifier is None:
            raise ValueError('Input Augmentation looks at both channels, and there is no magnifier in the inputs: '
                             "give PackDualChannel magnifier='haze_segment' or 'haze_filter', in testing, too.")
        if task.shape != magnifier.shape:
            raise ValueError('Input Augmentation stacks the channels, so both need one size: '
                             f'task {tuple(task.shape)}, magnifier {tuple(magnifier.shape)}.')
        return self.encoder(torch.cat([task, magnifier], dim=1))


def widen_first_convolution(encoder: nn.Module) -> None:
    """Replaces the first convolution of ``encoder``, 3 -> C planes, by one of 6 -> C planes, in place.

    Raises:
        ValueError: the first convolution is not one of 3 planes.
    """
    name, narrow = next(((name, module) for name, module in encoder.named_modules() if isinstance(module, nn.Conv2d)),
                        ('', None))
    if narrow is None or narrow.in_channels != 3 or narrow.groups != 1:
        raise ValueError('Input Augmentation wants an encoder that begins with a convolution of 3 planes, '
                         f'{type(encoder).__name__} begins with {narrow}.')
    wide = nn.Conv2d(6, narrow.out_channels, narrow.kernel_size, narrow.stride, narrow.padding, narrow.dilation,
                     bias=narrow.bias is not None, padding_mode=narrow.padding_mode)
    wide._register_load_state_dict_pre_hook(_fill_up_weight, with_module=True)
    parent, _, child = name.rpartition('.')
    setattr(encoder.get_submodule(parent), child, wide)


def _fill_up_weight(module: nn.Module, state_dict: dict[str, Any], prefix: str, *_: Any) -> None:
    """Appends zeros for the magnifier to a loaded weight of 3 planes."""
    weight = state_dict.get(f'{prefix}weight')
    if weight is not None and weight.ndim == 4 and weight.shape[1] == 3:
        state_dict[f'{prefix}weight'] = torch.cat([weight, torch.zeros_like(weight)], dim=1)

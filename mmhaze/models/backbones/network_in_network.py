from __future__ import annotations

from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import Tensor, channels_last, nn

from ...registry import MODELS

ACTIVATIONS = dict(relu=lambda: nn.ReLU(inplace=True), leaky=lambda: nn.LeakyReLU(0.1, inplace=True))


@MODELS.register_module()
class NetworkInNetwork(BaseBackbone):
    """Network in Network [lin2014]_ for small photos: convolutions, each followed by others of 1x1.

    The baseline CNN of the UCM paper's Table 1: nine convolutions, two poolings and two dropouts, as the paper counts,
    is just its layout. (N, 3, H, W) -> ((N, 192, H / 4, W / 4),). The ninth convolution, 1x1 without an activation, and
    the mean over all places behind it may change places: so it is the linear layer of the head, behind a
    ``GlobalAveragePooling``, and any head fits.

    Args:
        in_channels: planes of the input.
        act: ``'relu'``, or ``'leaky'``, with a slope of 0.1, in the place of the modified ReLU of the CNN's authors,
            of which no formula was at hand.
        init_cfg: see :class:`mmengine.model.BaseModule`.

    .. [lin2014] M. Lin, Q. Chen, S. Yan, "Network In Network", ICLR 2014.
    """

    def __init__(self, in_channels: int = 3, act: str = 'relu',
                 init_cfg: dict | None = dict(type='Xavier', layer='Conv2d', distribution='uniform')) -> None:
        super().__init__(init_cfg)
        if act not in ACTIVATIONS:
            raise ValueError(f'act is one of {", ".join(ACTIVATIONS)}, got {act!r}.')
        self.block1 = nn.Sequential(*_convolution(in_channels, 192, 5, act), *_convolution(192, 160, 1, act),
                                    *_convolution(160, 96, 1, act), nn.MaxPool2d(3, 2, padding=1), nn.Dropout(0.5))
        self.block2 = nn.Sequential(*_convolution(96, 192, 5, act), *_convolution(192, 192, 1, act),
                                    *_convolution(192, 192, 1, act), nn.AvgPool2d(3, 2, padding=1), nn.Dropout(0.5))
        self.block3 = nn.Sequential(*_convolution(192, 192, 3, act), *_convolution(192, 192, 1, act))

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """(N, C, H, W) -> the feature map, see the class."""
        if self.training:  # quicker steps on a processor; not at inference, as ONNX knows no layouts
            x = x.contiguous(memory_format=channels_last)
        return (self.block3(self.block2(self.block1(x))),)


def _convolution(in_channels: int, out_channels: int, side: int, act: str) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(in_channels, out_channels, side, padding=side // 2), ACTIVATIONS[act]()

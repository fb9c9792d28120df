from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from ...haze_map.sizes import MULTIPLE
from ...registry import MODELS
from ...synthesis.weather import DrawnWeather, draw_weather
from .lite_encoder import CHANNELS, LiteEncoder

LOG_SPREADS = (-6.0, 1.0)  # where the logarithms of mean errors are cut off


class SeenHaze(NamedTuple):
    """What the network says of photos; maps are at half their resolution. All but the spreads before the logistic
    function.

    Attributes:
        transmission: (N, 1, H/2, W/2).
        sky: the share of the light that is sky, seen through the haze before it, (N, 1, H/2, W/2).
        spread: the logarithm of the mean error of the transmission, (N, 1, H/2, W/2).
        airlight: (N, 3), RGB.
        doubt: the logarithm of the mean error of :func:`share_of_haze`, (N, 1).
    """

    transmission: Tensor
    sky: Tensor
    spread: Tensor
    airlight: Tensor
    doubt: Tensor


def share_of_haze(transmission: Tensor, sky: Tensor) -> Tensor:
    r"""How hazy a photo is: :math:`\sum (1 - t)(1 - s) / \sum (1 - s)`, (N,), the share of haze in the light of what is
    not clear sky. A sky that haze hides is haze.

    Args:
        transmission: t, (N, 1, H, W).
        sky: s, the share of the light that is sky, (N, 1, H, W).
    """
    rest = 1 - sky
    return ((1 - transmission) * rest).sum((1, 2, 3)) / rest.sum((1, 2, 3)).clamp(min=1)


@MODELS.register_module()
class HazeMapNet(BaseModel):
    r"""A photo to its transmission t, its airlight A, how much of it is clear sky, and how unsure t is.

    The encoder is that of EfficientNet-Lite0; the decoder goes up from 1/16 to 1/2 of the resolution, by addition. It
    learns from clear scenes with depth: for each batch light, haze and camera are drawn anew, see
    :mod:`mmhaze.synthesis.weather`. The loss is

    .. math:: \overline{|\hat t - t|} + 0.5\,|\hat h - h| + 0.3\,H(s) + 0.05\,(NLL_t + NLL_h) + 0.3\,h |\hat A - A|,

    h the :func:`share_of_haze`, s the share of clear sky, and NLL that of a Laplace distribution, whose spread alone
    learns from it.

    Args:
        widths: channels of the decoder at 1/2, 1/4, 1/8 and 1/16.
        size: (H, W) of the pictures that it learns from, multiples of 16.
        encoder_weights: see :class:`LiteEncoder`; these stay as they are, for an encoder that learns from drawn scenes
            forgets what real ones look like [chen2020]_. None begins with random ones, which learn.
        data_preprocessor, init_cfg: the host's.

    .. [chen2020] W. Chen, Z. Yu, Z. Wang, A. Anandkumar, "Automated Synthetic-to-Real Generalization", ICML 2020.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (16, 24, 32, 48), size: tuple[int, int] = (128, 160),
                 encoder_weights: str | Path | None = None, data_preprocessor: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        super().__init__(MODELS.build(data_preprocessor or dict(type='DehazePreprocessor')), init_cfg)
        if any(side % MULTIPLE or side < MULTIPLE for side in size):
            raise ValueError(f'size is (H, W) in multiples of {MULTIPLE}, got {size}.')
        self.size = (size[0], size[1])
        self.encoder = LiteEncoder(encoder_weights)
        self.encoder_learns = encoder_weights is None
        self.encoder.requires_grad_(self.encoder_learns)
        self.laterals = nn.ModuleList(nn.Conv2d(channels, width, 1) for channels, width in zip(CHANNELS, widths))
        self.narrow = nn.ModuleList(nn.Conv2d(wide, width, 1) for wide, width in zip(widths[1:], widths))
        self.smooth = nn.ModuleList(nn.Sequential(*_convolve(width), *_convolve(width)) for width in widths)
        self.overall = nn.Linear(CHANNELS[-1], widths[-1])
        self.photo = nn.Linear(CHANNELS[-1], 4)  # airlight and doubt
        self.head = nn.Conv2d(widths[0], 3, 3, padding=1)
        self.to(memory_format=torch.channels_last)  # a third faster on processors

    def forward(self, inputs: Tensor, data_samples: Sequence[DataSample] | None = None,
                mode: str = 'tensor') -> SeenHaze | dict[str, Tensor] | list[DataSample]:
        """What the host's runner calls.

        Args:
            inputs: (N, 3, H, W) RGB in [0, 1]: photos; for ``'loss'`` and ``'predict'`` clear scenes.
            data_samples: with ``depth``, metres, (1, H, W).
            mode: ``'tensor'`` gives :meth:`see`; ``'loss'`` the losses by name, of weather drawn over the scenes;
                ``'predict'`` the samples with their errors in it.
        """
        if mode == 'tensor':
            return self.see(inputs)
        if mode not in ('loss', 'predict'):
            raise ValueError(f"mode is 'tensor', 'loss' or 'predict', got {mode!r}.")
        depth = torch.stack([sample.depth for sample in data_samples or ()])
        if mode == 'loss':
            drawn = self._draw(inputs, depth, int(torch.randint(2**31, ())))
            return losses(self.see(drawn.img), drawn)
        first = str((data_samples or ())[0].metainfo.get('img_path'))
        drawn = self._draw(inputs, depth, crc32(first.encode()))  # the same weather in each validation
        error = (self.see(drawn.img).transmission.sigmoid() - _shrink(drawn.transmission)).abs()
        ground = 1 - _shrink(drawn.sky.float())
        share = (error * ground).sum((1, 2, 3)) / ground.sum((1, 2, 3)).clamp(min=1)
        for sample, each in zip(data_samples or (), share):
            sample.set_field(float(each), 'transmission_error')
        return list(data_samples or ())

    def train(self, mode: bool = True) -> HazeMapNet:
        """An encoder that does not learn keeps its batch-norm statistics too."""
        super().train(mode)
        self.encoder.train(mode and self.encoder_learns)
        return self

    def see(self, photos: Tensor) -> SeenHaze:
        """(N, 3, H, W) RGB in [0, 1], sides multiples of 16."""
        features = self.encoder((photos * 2 - 1).contiguous(memory_format=torch.channels_last))
        pooled = features[-1].mean((2, 3))
        x = self.smooth[-1](self.laterals[-1](features[-1]) + self.overall(pooled)[..., None, None])
        for level in range(len(features) - 2, -1, -1):
            x = F.interpolate(self.narrow[level](x), features[level].shape[2:], mode='bilinear', align_corners=False)
            x = self.smooth[level](x + self.laterals[level](features[level]))
        transmission, sky, spread = self.head(x).split(1, dim=1)
        airlight, doubt = self.photo(pooled).split((3, 1), dim=1)
        return SeenHaze(transmission, sky, spread, airlight, doubt)

    def _draw(self, clear: Tensor, depth: Tensor, seed: int) -> DrawnWeather:
        generator = torch.Generator().manual_seed(seed)
        drawn = draw_weather(clear.cpu(), depth.cpu(), self.size, generator)
        return DrawnWeather(*(each.to(clear.device) for each in drawn))


def losses(seen: SeenHaze, drawn: DrawnWeather) -> dict[str, Tensor]:
    """The terms of the loss by name, see :class:`HazeMapNet`."""
    t, sky = _shrink(drawn.transmission), _shrink(drawn.sky * drawn.transmission)
    guess, guessed_sky = seen.transmission.sigmoid(), seen.sky.sigmoid()
    weight = 1.1 - sky
    error = (guess - t).abs()
    amiss = (share_of_haze(guess, guessed_sky) - share_of_haze(t, sky)).abs()
    unsure = (_laplace(error, seen.spread) * weight).sum() / weight.sum() + _laplace(amiss, seen.doubt[:, 0]).mean()
    light = (seen.airlight.sigmoid() - drawn.airlight).abs().mean(1)
    return dict(
        loss_transmission=(error * weight).sum() / weight.sum(),
        loss_share=0.5 * amiss.mean(),
        loss_sky=0.3 * F.binary_cross_entropy_with_logits(seen.sky, sky),
        loss_spread=0.05 * unsure,
        loss_airlight=0.3 * (light * (1 - t).mean((1, 2, 3))).mean())


def _laplace(error: Tensor, spread: Tensor) -> Tensor:
    """-log of the density of a Laplace distribution, but for log 2; the spread is a logarithm and alone learns."""
    spread = spread.clamp(*LOG_SPREADS)
    return error.detach() / spread.exp() + spread


def _shrink(field: Tensor) -> Tensor:
    return F.avg_pool2d(field, 2)


def _convolve(width: int) -> list[nn.Module]:
    return [nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]

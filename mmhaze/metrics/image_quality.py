r"""How near a dehazed photo comes to the clear one: PSNR and SSIM, with the protocol in the name.

The same picture has an SSIM of .95 or of .74, according to the protocol, so none is ever given without it:

``dehazeformer``
    As DehazeFormer, gUNet and MixDehazeNet test: both photos are first shrunk by averaging, by
    :math:`r = \max(1, \mathrm{round}(\min(H, W) / 256))`; the windows lie within the photo.
``full``
    As scikit-image with Gaussian weights: at full size, the windows lie within the photo.
``ffa``
    As FFA-Net: at full size, with zeros beyond the border.

PSNR is that of the full photo in all of them. Photos are RGB, clamped to [0, 1] and not rounded to 8 bits.
"""
from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.evaluator import BaseMetric
from torch import Tensor

from ..registry import METRICS

PROTOCOLS = ('dehazeformer', 'full', 'ffa')
WINDOW, SIGMA = 11, 1.5
C1, C2 = 0.01**2, 0.03**2


def psnr(image: Tensor, clear: Tensor) -> Tensor:
    r"""The peak signal-to-noise ratio of each image, :math:`-10 \log_{10} \overline{(a - b)^2}`.

    Args:
        image, clear: (N, C, H, W) float in [0, 1].

    Returns:
        (N,), dB; infinite where the two are equal.
    """
    _check(image, clear)
    return -10 * (image - clear).square().mean((1, 2, 3)).log10()


def ssim(image: Tensor, clear: Tensor, protocol: str = 'dehazeformer') -> Tensor:
    """The structural similarity of each image [wang2004]_: windows of 11 pixels, Gaussian with a sigma of 1.5.

    Args:
        image, clear: (N, C, H, W) float in [0, 1].
        protocol: see the module.

    Returns:
        (N,), at most 1, the mean over pixels and channels.

    Raises:
        ValueError: shapes differ, there is no such protocol, or the photo is smaller than a window.

    .. [wang2004] Z. Wang et al., "Image quality assessment: from error visibility to structural similarity",
       IEEE TIP 13(4), 2004.
    """
    _check(image, clear)
    if protocol not in PROTOCOLS:
        raise ValueError(f'protocol is one of {", ".join(PROTOCOLS)}, got {protocol!r}.')
    if protocol == 'dehazeformer':
        height, width = image.shape[2:]
        ratio = max(1, round(min(height, width) / 256))
        image, clear = (F.adaptive_avg_pool2d(each, (height // ratio, width // ratio)) for each in (image, clear))
    if protocol != 'ffa' and min(image.shape[2:]) < WINDOW:
        raise ValueError(f'SSIM by the protocol {protocol!r} wants at least {WINDOW} pixels on each side, '
                         f'got {tuple(image.shape[2:])}.')
    offsets = torch.arange(WINDOW, dtype=image.dtype, device=image.device) - WINDOW // 2
    weights = torch.exp(-offsets.square() / (2 * SIGMA**2))
    weights = weights / weights.sum()
    padding = WINDOW // 2 if protocol == 'ffa' else 0

    def blur(planes: Tensor) -> Tensor:
        channels = planes.shape[1]
        rows = F.conv2d(planes, weights.view(1, 1, -1, 1).repeat(channels, 1, 1, 1), padding=(padding, 0),
                        groups=channels)
        return F.conv2d(rows, weights.view(1, 1, 1, -1).repeat(channels, 1, 1, 1), padding=(0, padding),
                        groups=channels)

    mean_a, mean_b = blur(image), blur(clear)
    var_a, var_b = blur(image.square()) - mean_a.square(), blur(clear.square()) - mean_b.square()
    covariance = blur(image * clear) - mean_a * mean_b
    similarity = ((2 * mean_a * mean_b + C1) * (2 * covariance + C2)
                  / ((mean_a.square() + mean_b.square() + C1) * (var_a + var_b + C2)))
    return similarity.mean((1, 2, 3))


@METRICS.register_module()
class DehazeMetric(BaseMetric):
    """PSNR and SSIM of dehazed photos, the means over photos, each with its protocol in its name.

    - ``dehaze/psnr``: dB, at full size;
    - ``dehaze/ssim_PROTOCOL``, of each;
    - ``dehaze/psnr_hazy``: dB, of the hazy photo, which a dehazer has to better.

    Takes the samples' ``hazy``, ``dehazed`` and ``clear``, (3, H, W) in [0, 1].

    Args:
        protocols: see :mod:`mmhaze.metrics.image_quality`.
        **settings: those of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'dehaze'

    def __init__(self, protocols: Sequence[str] = ('dehazeformer', 'full'), **settings) -> None:
        if not set(protocols) <= set(PROTOCOLS):
            raise ValueError(f'protocols are some of {", ".join(PROTOCOLS)}, got {list(protocols)}.')
        super().__init__(**settings)
        self.protocols = tuple(protocols)

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Measures a batch of photos."""
        for sample in data_samples:
            hazy, dehazed, clear = (sample[name][None].double() for name in ('hazy', 'dehazed', 'clear'))
            scores = dict(psnr=psnr(dehazed, clear), psnr_hazy=psnr(hazy, clear))
            for protocol in self.protocols:
                scores[f'ssim_{protocol}'] = ssim(dehazed, clear, protocol)
            self.results.append({name: score.item() for name, score in scores.items()})

    def compute_metrics(self, results: list[dict[str, float]]) -> dict[str, float]:
        """The scores of each photo -> their means."""
        return {name: sum(result[name] for result in results) / len(results) for name in results[0]}


def _check(image: Tensor, clear: Tensor) -> None:
    if image.ndim != 4 or image.shape != clear.shape or not image.is_floating_point():
        raise ValueError(f'Scores want two images of one shape, (N, C, H, W) float in [0, 1], got '
                         f'{tuple(image.shape)} {image.dtype} and {tuple(clear.shape)} {clear.dtype}.')

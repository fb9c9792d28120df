"""Blocks of a photo that look like fog: grey, and with colour channels that move together.

The share of such blocks, cut into haze levels by a :class:`~mmhaze.baselines.ThresholdClassifier`, is the baseline
S&RCD [alami2016]_. Of that paper only the title was at hand, which names the saturation and the correlation of the RGB
channels: all numbers here are our reading.

.. [alami2016] S. Alami et al., "Local fog detection based on saturation and RGB-correlation", CGIV 2016.
"""
from __future__ import annotations

import numpy as np

from .saturation import saturation

BLOCKS_PER_SIDE = 30     # of the shorter side: 16 pixels of 480 rows
SATURATION_LIMIT = 0.10
CORRELATION_LIMIT = 0.95
FLAT = 1e-12             # product of two variances, of values in [0, 1]; far below what one grey level makes
PAIRS = ((0, 1), (1, 2), (0, 2))


def fog_blocks(img: np.ndarray) -> np.ndarray:
    """Which blocks of the photo are fog: mean saturation below 0.10, mean correlation of the channels above 0.95.

    The correlation is the mean of Pearson's over the three pairs of channels; a pair of which one is flat counts as 1,
    as thick fog is. What is left over at the right and the lower border is less than a block, and not looked at.

    Args:
        img: (H, W, 3) uint8; the order of the channels does not matter. Not modified.

    Returns:
        (rows, columns) bool, a value for each square block; its side is a 30th of the photo's shorter side.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo of at least one pixel.
    """
    side = max(1, round(min(img.shape[:2]) / BLOCKS_PER_SIDE))
    grey = _block_means(saturation(img, 'fog_blocks'), side) < SATURATION_LIMIT
    planes = [img[..., channel] / 255 for channel in range(3)]
    means = [_block_means(plane, side) for plane in planes]
    variances = [_block_means(plane**2, side) - mean**2 for plane, mean in zip(planes, means)]
    correlation = np.zeros(grey.shape)
    for a, b in PAIRS:
        covariance = _block_means(planes[a] * planes[b], side) - means[a] * means[b]
        product = variances[a] * variances[b]
        varied = product >= FLAT
        correlation += np.where(varied, covariance / np.sqrt(np.where(varied, product, 1)), 1) / len(PAIRS)
    return grey & (correlation > CORRELATION_LIMIT)


def fog_block_share(img: np.ndarray) -> float:
    """The share of :func:`fog_blocks` in a photo, in [0, 1]; more is hazier."""
    return float(fog_blocks(img).mean())


def _block_means(values: np.ndarray, side: int) -> np.ndarray:
    rows, columns = values.shape[0] // side, values.shape[1] // side
    return values[:rows * side, :columns * side].reshape(rows, side, columns, side).mean(axis=(1, 3))

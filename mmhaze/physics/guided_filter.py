r"""The guided filter: smooths an image, and keeps the edges of another, the guide [he2010]_.

In each window :math:`\omega_k` the result is an affine function of the guide's colours, :math:`q_i = a_k^T I_i + b_k`,
the one that is closest to the image p:

.. math::
   a_k = (\Sigma_k + \epsilon U)^{-1} \operatorname{cov}_k(I, p), \qquad b_k = \bar p_k - a_k^T \bar I_k,

and a pixel takes the mean of all windows that it lies in. At the borders windows are cut off, not padded.

Where the image is smaller than the guide, the means of a and b are found on a small copy of the guide, brought to its
size, and applied to its own pixels [he2015]_: the image gets the guide's edges at full resolution.

.. [he2010] K. He, J. Sun, X. Tang, "Guided image filtering", ECCV 2010.
.. [he2015] K. He, J. Sun, "Fast guided filter", arXiv:1505.00996, 2015.
"""
from __future__ import annotations

import cv2
import numpy as np

from ..io.resizing import resize

BAND = 2**15  # pixels that are worked on at once, so that they stay in the cache


def guided_filter(guide: np.ndarray, image: np.ndarray, radius: int, eps: float) -> np.ndarray:
    """Filters ``image`` along the edges of ``guide``.

    Args:
        guide: I, (H, W, 3) float32 or float64, in [0, 1].
        image: p, (H, W) of the same type.
        radius: of the square windows, pixels, at least 0; they are 2 radius + 1 wide.
        eps: what counts as flat: where the guide's variance is below it, the image is averaged. Above 0.

    Returns:
        q, (H, W) of the same type. It can go beyond the range of ``image``.

    Raises:
        ValueError: a shape, type, radius or eps is not as above.
    """
    if guide.ndim != 3 or guide.shape[2] != 3 or guide.dtype not in (np.float32, np.float64):
        raise ValueError(f'guide must be (H, W, 3) float in [0, 1], got {guide.shape} {guide.dtype}. '
                         'For a uint8 photo pass np.float32(photo) / 255.')
    if image.shape != guide.shape[:2] or image.dtype != guide.dtype:
        raise ValueError(f'image must be {guide.shape[:2]} {guide.dtype} as the guide is, '
                         f'got {image.shape} {image.dtype}.')
    slopes, result = _fit(guide, image, radius, eps)
    for channel, slope in enumerate(slopes):
        result += slope * guide[..., channel]
    return result


def guided_upsample(guide: np.ndarray, image: np.ndarray, radius: int, eps: float) -> np.ndarray:
    """Brings ``image`` to the size of ``guide`` along its edges. It takes little memory beside the result.

    Args:
        guide: I, (H, W, 3) uint8.
        image: p, (h, w) float32 in [0, 1], of about the same aspect; usually smaller.
        radius: see :func:`guided_filter`, pixels of ``image``.
        eps: likewise, for a guide in [0, 1].

    Returns:
        q, (H, W) float32, cut to [0, 1].

    Raises:
        ValueError: a shape, type, radius or eps is not as above.
    """
    if guide.ndim != 3 or guide.shape[2] != 3 or guide.dtype != np.uint8 or not guide.size:
        raise ValueError(f'guide must be (H, W, 3) uint8, got {guide.shape} {guide.dtype}.')
    if image.ndim != 2 or image.dtype != np.float32 or not image.size:
        raise ValueError(f'image must be (h, w) float32 in [0, 1], got {image.shape} {image.dtype}.')
    height, width = guide.shape[:2]
    small = resize(guide, (image.shape[0], image.shape[1])).astype(np.float32) / 255
    slopes, offset = _fit(small, image, radius, eps)
    planes = [cv2.resize(plane, (width, len(plane)), interpolation=cv2.INTER_LINEAR)
              for plane in (*(slope / 255 for slope in slopes), offset)]
    risings = [np.diff(plane, axis=0, append=plane[-1:]) for plane in planes]
    place = ((np.arange(height) + 0.5) * (len(offset) / height) - 0.5).clip(0, len(offset) - 1)
    above = place.astype(np.intp)
    share = (place - above).astype(np.float32)[:, None]
    result = np.empty((height, width), np.float32)
    step = max(1, BAND // width)
    for top in range(0, height, step):
        band = slice(top, min(top + step, height))
        *grown, total = (rising[above[band]] * share[band] + plane[above[band]]
                         for plane, rising in zip(planes, risings))
        for slope, channel in zip(grown, cv2.split(guide[band])):
            slope *= channel
            total += slope
        np.clip(total, 0, 1, out=result[band])
    return result


def _fit(guide: np.ndarray, image: np.ndarray, radius: int, eps: float) -> tuple[list[np.ndarray], np.ndarray]:
    """The means of a, one a channel, and of b over the windows that each pixel lies in."""
    if radius < 0 or not eps > 0:
        raise ValueError(f'radius must be at least 0 and eps above 0, got radius {radius} and eps {eps}.')
    counts = _sums(np.ones_like(image), radius)

    def mean(values: np.ndarray) -> np.ndarray:
        return _sums(values, radius) / counts

    channels = [np.ascontiguousarray(guide[..., channel]) for channel in range(3)]
    means = [mean(channel) for channel in channels]
    mean_image = mean(image)
    covariances = [mean(channel * image) - average * mean_image for channel, average in zip(channels, means)]
    variances = {(row, column): mean(channels[row] * channels[column]) - means[row] * means[column]
                 for row in range(3) for column in range(row, 3)}
    for index in range(3):
        variances[index, index] += eps
    slopes = _solve(variances, covariances)
    offset = mean_image
    for slope, average in zip(slopes, means):
        offset -= slope * average
    return [mean(slope) for slope in slopes], mean(offset)


def _sums(values: np.ndarray, radius: int) -> np.ndarray:
    """Of the windows around all pixels, as far as they lie in the image."""
    size = (2 * radius + 1, 2 * radius + 1)
    return cv2.boxFilter(values, -1, size, normalize=False, borderType=cv2.BORDER_CONSTANT)


def _solve(matrix: dict[tuple[int, int], np.ndarray], vector: list[np.ndarray]) -> list[np.ndarray]:
    """x of M x = v at each pixel, by cofactors, for a symmetric M given by its (row, column) with row <= column."""
    a, b, c, d, e, f = (matrix[place] for place in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)))
    x, y, z = vector
    aa, ab, ac = d * f - e * e, c * e - b * f, b * e - c * d
    bb, bc, cc = a * f - c * c, b * c - a * e, a * d - b * b
    scale = 1 / (a * aa + b * ab + c * ac)
    return [(aa * x + ab * y + ac * z) * scale, (ab * x + bb * y + bc * z) * scale, (ac * x + bc * y + cc * z) * scale]

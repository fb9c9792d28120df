r"""Depth drawn for a clear photo that has none: what one could believe, not what is there.

A network that learns how haze looks must not lean on one true depth. So the depth of a photo is drawn anew each time it
is wanted, from three layers that multiply: a ground that falls away to the horizon, pieces of the photo that are nearer
or farther by a factor, so that depth jumps where the photo's colours do, and a smooth field. DehazeNet [cai2016]_
learnt from patches of one transmission each; this has the same idea for whole photos.

.. [cai2016] B. Cai, X. Xu, K. Jia, C. Qing, D. Tao, "DehazeNet: An End-to-End System for Single Image Haze Removal",
   IEEE Transactions on Image Processing 2016.
"""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .ground import GroundPlane
from .sky import find_sky

NEAREST, FARTHEST = (3.0, 15.0), (60.0, 500.0)  # metres: the ground at the photo's bottom and at its horizon
LIMITS = (2.0, 590.0)
SKY = 1000.0
PIECES = 12
COLOUR_SHARE = 40.0  # how many steps of 8-bit colour part two pixels as much as a sixth of the photo's width does
PIECE_SPREAD, FIELD_SPREAD = 0.35, 0.4


def draw_depth(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Depth that would fit the photo, in metres.

    Args:
        photo: clear, (H, W, 3) uint8 BGR.
        rng: what it is drawn with.

    Returns:
        (H, W) float32 from 2 to 590, and 1000 where :func:`~mmhaze.synthesis.depth.sky.find_sky` sees the sky.
    """
    height, width = photo.shape[:2]
    sky = find_sky(np.minimum(GroundPlane().depth_of(Path(), photo), np.float32(SKY)), photo)
    if sky.any():  # where the sky ends, in the middle of the columns that have some
        horizon = float(np.median(height - 1 - np.argmax(sky[::-1, sky.any(axis=0)], axis=0)))
    else:
        horizon = rng.uniform(0, 0.5) * height
    near, far = (1 / np.exp(rng.uniform(*np.log(ends))) for ends in (NEAREST, FARTHEST))
    down = np.clip((np.arange(height) - horizon) / max(height - horizon, 1), 0, 1)[:, None]
    inverse = (far + down * (near - far)) * np.exp(rng.normal(0, PIECE_SPREAD, PIECES))[_find_pieces(photo, rng)]
    field = cv2.resize(rng.normal(0, FIELD_SPREAD, (4, 5)), (width, height), interpolation=cv2.INTER_CUBIC)
    depth = np.clip(1 / (inverse * np.exp(field)), *LIMITS)
    return np.where(sky, SKY, depth).astype(np.float32)


def _find_pieces(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which of some drawn pixels each pixel is nearest to in colour and place, (H, W)."""
    height, width = photo.shape[:2]
    rows, columns = np.mgrid[:height, :width] / (width / 6)
    colours = cv2.GaussianBlur(photo, (5, 5), 0) / COLOUR_SHARE
    pixels = np.dstack([colours, rows, columns]).astype(np.float32)
    centres = pixels[rng.integers(height, size=PIECES), rng.integers(width, size=PIECES)]
    return np.stack([((pixels - centre)**2).sum(axis=2) for centre in centres]).argmin(axis=0)

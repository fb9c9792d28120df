r"""Haze-wild: any clear photo and its depth become hazy photos at known levels, drawn first and applied second.

The recipe is that of Foggy Cityscapes, see :mod:`mmhaze.physics.airlight`: :math:`I = J t + A (1 - t)` with
:math:`t = e^{-k d}`, t refined along the edges of the photo by a guided filter, A taken from the photo. It differs in
three ways:

- t is refined at one beta, and the depth that it then stands for is used for all levels. So all levels of a photo obey
  one depth exactly, which can be kept beside them, and the filter costs once. Against a filter at each level, pixels
  differ by 0.5 of 255 in the mean, by 0.8 at the level that differs most; without any refining it is 2.
- Half of the tint of A is taken away, see :func:`mmhaze.physics.airlight.soften_airlight`.
- Haze may also be uneven: k is then FRIDA's noise, see :mod:`mmhaze.synthesis.fog`.
"""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..physics import transmission
from ..physics.airlight import estimate_airlight, soften_airlight
from ..physics.guided_filter import guided_filter
from .fog import HazeParams, check_wild_fog, frida_params, noise_seed

# Between the betas of all levels, where refining once comes nearest to refining at each: one sees 200 m far.
REFINING_BETA = 0.015


@dataclass(frozen=True, eq=False)
class WildScene:
    """What all levels of a photo share.

    Attributes:
        clear: (H, W, 3) uint8 BGR.
        depth: as haze has it, metres, (H, W) float32, at least 0.
    """

    clear: np.ndarray
    depth: np.ndarray


def photo_identity(data: bytes) -> str:
    """What a photo goes by, wherever it lies: the SHA-256 of its file, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def draw_seed(seed: int, identity: str) -> int:
    """The seed of one photo, by :func:`photo_identity`, in the set of ``seed``; the same everywhere, below 2 ** 32."""
    return noise_seed(seed, identity, 'wild')


def draw_params(photo: np.ndarray, seed: int, betas: Sequence[float], fog: str = 'uniform',
                noise: str = 'frida') -> list[HazeParams]:
    """The haze of each level over a photo; the levels share airlight and noise.

    Args:
        photo: (H, W, 3) uint8 BGR, clear.
        seed: see :func:`draw_seed`.
        betas: of the levels, 1/metre, such as those of :data:`mmhaze.synthesis.levels.SCHEDULES`.
        fog: 'uniform' or 'heterogeneous'; in the latter k runs from 0 to 2 beta over the photo.
        noise: one of :data:`mmhaze.synthesis.noise.NOISES`.

    Raises:
        ValueError: an argument is not as above.
    """
    check_wild_fog(fog)
    blue, green, red = soften_airlight(estimate_airlight(photo)).tolist()
    return [replace(frida_params(fog, beta, seed, noise), airlight=(blue, green, red)) for beta in betas]


def prepare_scene(photo: np.ndarray, depth: np.ndarray, *, far: float = 500.0, radius: int = 20,
                  eps: float = 1e-3) -> WildScene:
    """Fits depth to the edges of a photo.

    Args:
        photo: (H, W, 3) uint8 BGR, clear.
        depth: metres, (H, W) float, above 0; infinite for the sky.
        far: what is farther counts as this far, metres, so that the sky is still seen through the thinnest haze. It may
            be infinite.
        radius, eps: see :func:`mmhaze.physics.guided_filter.guided_filter`; radius 0 leaves depth as it is.

    Raises:
        ValueError: an argument is not as above.
    """
    if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8:
        raise ValueError(f'photo must be (H, W, 3) uint8 BGR, got {photo.shape} {photo.dtype}.')
    if depth.shape != photo.shape[:2] or not depth.min() > 0:
        raise ValueError(f'depth must be {photo.shape[:2]} as the photo is, in metres above 0 and without NaN; got '
                         f'{depth.shape} with a minimum of {depth.min()}.')
    if not far > 0:
        raise ValueError(f'far must be a distance in metres above 0, got {far}.')
    depth = np.minimum(depth, far).astype(np.float32)
    if radius == 0:
        return WildScene(photo, depth)
    # in float64 until the last step: NumPy's exp and log of float32 are not the same on all processors
    rough = transmission(depth.astype(np.float64), REFINING_BETA).astype(np.float32)
    refined = guided_filter(photo.astype(np.float32) / 255, rough, radius, eps)
    refined = np.clip(refined, rough.min(), rough.max())  # nothing is farther or nearer than anything was
    with np.errstate(divide='ignore'):  # where far is infinite
        return WildScene(photo, (-np.log(refined.astype(np.float64)) / REFINING_BETA).astype(np.float32))

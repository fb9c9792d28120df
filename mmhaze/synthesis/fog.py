r"""The four fogs of FRIDA, drawn first and applied second.

All are :math:`I = J t + A (1 - t)`, :math:`t = e^{-k d}` (:mod:`mmhaze.physics`); what differs is whether the density k
and the airlight A are numbers or fields over the picture. With n1 and n2 two independent fields of noise in [0, 1]:

====================  ======  =================================================  ====================================
fog                   FRIDA   k                                                  A
====================  ======  =================================================  ====================================
uniform               U080    beta                                               airlight (1, white)
heterogeneous         K080    beta + beta_range (2 n1 - 1) (= 2 beta n1)         airlight (1, white)
cloudy                L080    beta                                               airlight + airlight_range (2 n2 - 1)
cloudy-heterogeneous  M080    as heterogeneous                                   as cloudy
====================  ======  =================================================  ====================================

Uniform fog at 80 m gives FRIDA's own pixels exactly. The noise of the others is FRIDA's in its statistics, not in its
values: the field that FRIDA drew was not published.
"""
from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..physics import add_haze
from .noise import NOISES, fractal_noise

FOGS = ('uniform', 'heterogeneous', 'cloudy', 'cloudy-heterogeneous')

# Middle and half range of a cloudy airlight: FRIDA's pixels give 0.8 + 0.2 n2, the one known picture of Hazel-level
# about 0.70 + 0.25 n2.
CLOUDY_AIRLIGHT = {'frida': (0.9, 0.1), 'hazel': (0.825, 0.125)}


@dataclass(frozen=True)
class HazeParams:
    """All that :func:`render` needs besides the scene; the haze half of a manifest's row.

    Attributes:
        fog: one of ``FOGS``.
        beta: scattering coefficient, 1/metre; the middle of its range where it varies.
        beta_range: k runs over beta - beta_range ... beta + beta_range, 1/metre; 0 unless the fog is heterogeneous.
        airlight: brightness of the fog itself, in [0, 1]; the middle of its range where it varies.
        airlight_range: A runs over airlight - airlight_range ... airlight + airlight_range; 0 unless the fog is cloudy.
        noise: the kind of noise, one of :data:`mmhaze.synthesis.noise.NOISES`.
        seed: of the two fields of noise, at least 0; the same seed is the same fog at any beta.
    """

    fog: str
    beta: float
    beta_range: float
    airlight: float
    airlight_range: float
    noise: str
    seed: int

    def __post_init__(self) -> None:
        if self.fog not in FOGS:
            raise ValueError(f'fog must be one of {FOGS}, got {self.fog!r}.')
        if self.noise not in NOISES:
            raise ValueError(f'noise must be one of {sorted(NOISES)}, got {self.noise!r}.')
        if not 0 <= self.beta_range <= self.beta < float('inf'):
            raise ValueError('beta is in 1/metre and beta_range at most beta, neither below 0; '
                             f'got beta {self.beta} and beta_range {self.beta_range}.')
        if not (self.airlight_range >= 0 <= self.airlight - self.airlight_range
                and self.airlight + self.airlight_range <= 1):
            raise ValueError('airlight - airlight_range ... airlight + airlight_range must lie in [0, 1], '
                             f'got airlight {self.airlight} and airlight_range {self.airlight_range}.')
        if self.beta_range and 'heterogeneous' not in self.fog:
            raise ValueError(f'beta_range must be 0 in {self.fog} fog, got {self.beta_range}; '
                             'name a heterogeneous fog.')
        if self.airlight_range and 'cloudy' not in self.fog:
            raise ValueError(f'airlight_range must be 0 in {self.fog} fog, got {self.airlight_range}; '
                             'name a cloudy fog.')
        if self.seed < 0:
            raise ValueError(f'seed must be at least 0, got {self.seed}.')


def frida_params(fog: str, beta: float, seed: int, noise: str = 'frida') -> HazeParams:
    """Fog as FRIDA2 has it: k = 2 beta n1 where heterogeneous, about beta in the mean; white airlight unless cloudy."""
    white = (1.0, 0.0)
    airlight, airlight_range = CLOUDY_AIRLIGHT.get(noise, white) if 'cloudy' in fog else white
    return HazeParams(fog=fog, beta=beta, beta_range=beta if 'heterogeneous' in fog else 0.0, airlight=airlight,
                      airlight_range=airlight_range, noise=noise, seed=seed)


def noise_seed(seed: int, scene: str, fog: str) -> int:
    """The seed of the noise over one scene in one fog, the same on every machine and in every run; below 2 ** 32."""
    return int.from_bytes(hashlib.sha256(f'{seed}/{scene}/{fog}'.encode()).digest()[:4], 'big')


def haze_fields(shape: tuple[int, int], params: HazeParams) -> tuple[np.ndarray | float, np.ndarray | float]:
    """(k, A) over an image of ``shape`` (H, W): each a number where the fog is even, else (H, W) float64."""
    k: np.ndarray | float = params.beta
    airlight: np.ndarray | float = params.airlight
    if params.beta_range:
        k = params.beta + params.beta_range * (2 * _noise_field(shape, params.noise, params.seed, 1) - 1)
    if params.airlight_range:
        airlight = params.airlight + params.airlight_range * (2 * _noise_field(shape, params.noise, params.seed, 2) - 1)
    return k, airlight


def render(clear: np.ndarray, depth: np.ndarray, params: HazeParams) -> np.ndarray:
    """The scene in fog; a pure function of its arguments.

    Args:
        clear: (H, W, 3) uint8 BGR.
        depth: metres, (H, W) float, at least 0.
        params: the fog.

    Returns:
        (H, W, 3) uint8 BGR, rounded to nearest.
    """
    if clear.ndim != 3 or clear.shape[2] != 3 or clear.dtype != np.uint8:
        raise ValueError(f'render wants clear as (H, W, 3) uint8 BGR, got {clear.shape} {clear.dtype}. '
                         'For a float image in [0, 1] pass (img * 255).round().astype(np.uint8).')
    height, width, _ = clear.shape
    k, airlight = haze_fields((height, width), params)
    return (add_haze(clear / 255, depth, k, airlight) * 255).round().astype(np.uint8)


@lru_cache(maxsize=4)  # the levels of one fog follow each other and share their fields, which cost as much as the fog
def _noise_field(shape: tuple[int, int], noise: str, seed: int, which: int) -> np.ndarray:
    field = fractal_noise(shape, np.random.default_rng([seed, which]), noise)
    field.setflags(write=False)  # it is handed out again
    return field

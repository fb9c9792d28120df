r"""The four fogs of FRIDA and FRIDA2, drawn first and applied second.

All are :math:`I = J t + A (1 - t)`, :math:`t = e^{-k d}` (:mod:`mmhaze.physics`); what differs is whether the density k
and the airlight A are numbers or fields over the picture. With n1 and n2 two independent fields of noise in [0, 1]:

====================  ======  =================================================  ====================================
fog                   file    k, as in FRIDA2                                    A
====================  ======  =================================================  ====================================
uniform               U080    beta                                               airlight (1, white)
heterogeneous         K080    beta + beta_range (2 n1 - 1) (= 2 beta n1)         airlight (1, white)
cloudy                L080    beta                                               airlight + airlight_range (2 n2 - 1)
cloudy-heterogeneous  M080    as heterogeneous                                   as cloudy
====================  ======  =================================================  ====================================

The two differ in heterogeneous fog. FRIDA2 has k = 2 beta n1, and beta in the mean; FRIDA has k = beta n1, half as
dense. :data:`DENSITIES` has both by name; FRIDA2's is the default, as its mean is the beta of the level.

Uniform fog at 80 m gives FRIDA's own pixels exactly. The noise of the others is FRIDA's in its statistics, not in its
values: the field that FRIDA drew was not published.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..physics import transmission
from ..physics.scattering import fade_contrast
from .noise import NOISES, fractal_noise

FOGS = ('uniform', 'heterogeneous', 'cloudy', 'cloudy-heterogeneous')
WILD_FOGS = ('uniform', 'heterogeneous')  # where the airlight is that of a photo, and even

# Middle and half range of a cloudy airlight: FRIDA's pixels give 0.8 + 0.2 n2, the one known picture of Hazel-level
# about 0.70 + 0.25 n2.
CLOUDY_AIRLIGHT = {'frida': (0.9, 0.1), 'hazel': (0.825, 0.125)}

# The middle of k over beta where fog is heterogeneous. The pictures of 80 m have a mean k of 0.51 beta and 1.01 beta.
DENSITIES = {'frida': 0.5, 'frida2': 1.0}


@dataclass(frozen=True)
class HazeParams:
    """All that :func:`render` needs besides the scene; the haze half of a manifest's row.

    Attributes:
        fog: one of ``FOGS``.
        beta: scattering coefficient, 1/metre; the middle of its range where it varies.
        beta_range: k runs over beta - beta_range ... beta + beta_range, 1/metre; 0 unless the fog is heterogeneous.
        airlight: colour of the fog itself, (blue, green, red) in [0, 1]; the middle of its range where it varies.
        airlight_range: each channel of A runs over airlight - airlight_range ... airlight + airlight_range; 0 unless
            the fog is cloudy.
        noise: the kind of noise, one of :data:`mmhaze.synthesis.noise.NOISES`.
        seed: of the two fields of noise, at least 0; the same seed is the same fog at any beta.
    """

    fog: str
    beta: float
    beta_range: float
    airlight: tuple[float, float, float]
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
        if len(self.airlight) != 3 or not all(
                self.airlight_range >= 0 <= value - self.airlight_range and value + self.airlight_range <= 1
                for value in self.airlight):
            raise ValueError('airlight must be (blue, green, red), and airlight - airlight_range ... airlight + '
                             f'airlight_range must lie in [0, 1], got airlight {self.airlight} and airlight_range '
                             f'{self.airlight_range}.')
        if self.beta_range and 'heterogeneous' not in self.fog:
            raise ValueError(f'beta_range must be 0 in {self.fog} fog, got {self.beta_range}; '
                             'name a heterogeneous fog.')
        if self.airlight_range and 'cloudy' not in self.fog:
            raise ValueError(f'airlight_range must be 0 in {self.fog} fog, got {self.airlight_range}; '
                             'name a cloudy fog.')
        if self.seed < 0:
            raise ValueError(f'seed must be at least 0, got {self.seed}.')

    def as_text(self, *, colour: bool) -> dict[str, str]:
        """The cells of a manifest; floats are written so that they read back the same.

        Args:
            colour: whether the manifest is that of Haze-wild, with the columns ``airlight_b``, ``airlight_g`` and
                ``airlight_r`` and without ``airlight_range``; the others have grey airlight in one column.
        """
        blue, green, red = self.airlight
        cells: dict[str, object] = dict(fog=self.fog, beta=self.beta, beta_range=self.beta_range, noise=self.noise,
                                        seed=self.seed)
        if colour:
            cells.update(airlight_b=blue, airlight_g=green, airlight_r=red)
        else:
            cells.update(airlight=blue, airlight_range=self.airlight_range)
        return {name: str(value) for name, value in cells.items()}

    @classmethod
    def from_text(cls, cells: Mapping[str, str]) -> HazeParams:
        """Reads what :meth:`as_text` wrote, of either kind; further columns are passed over.

        Raises:
            ValueError: a column is missing, or holds what it cannot.
        """
        grey = 'airlight' in cells
        if not grey:
            check_wild_fog(cells.get('fog', WILD_FOGS[0]))
        try:
            blue, green, red = (float(cells['airlight' if grey else f'airlight_{channel}']) for channel in 'bgr')
            return cls(fog=cells['fog'], beta=float(cells['beta']), beta_range=float(cells['beta_range']),
                       airlight=(blue, green, red), airlight_range=float(cells['airlight_range']) if grey else 0.0,
                       noise=cells['noise'], seed=int(cells['seed']))
        except KeyError as error:
            raise ValueError(f'The row has no column {error}; it has {sorted(cells)}.') from None


def check_wild_fog(fog: str) -> None:
    """Raises a ValueError where a set of photos, whose airlight is even, cannot have this fog."""
    if fog not in WILD_FOGS:
        raise ValueError(f'fog must be one of {WILD_FOGS}, got {fog!r}.')


def frida_params(fog: str, beta: float, seed: int, noise: str = 'frida', density: str = 'frida2') -> HazeParams:
    """Fog as FRIDA2 or FRIDA has it, with white airlight unless it is cloudy.

    Args:
        fog: one of ``FOGS``.
        beta: scattering coefficient of uniform fog, 1/metre.
        seed: of the noise.
        noise: one of :data:`mmhaze.synthesis.noise.NOISES`.
        density: of heterogeneous fog: ``'frida2'``, k = 2 beta n1, or ``'frida'``, k = beta n1, half as dense; then
            ``beta`` of the result, the middle of its range, is half of what is given here.

    Raises:
        ValueError: there is no such fog, noise or density.
    """
    if density not in DENSITIES:
        raise ValueError(f'density must be one of {sorted(DENSITIES)}, got {density!r}.')
    heterogeneous = 'heterogeneous' in fog
    if heterogeneous:
        beta *= DENSITIES[density]
    white = (1.0, 0.0)
    airlight, airlight_range = CLOUDY_AIRLIGHT.get(noise, white) if 'cloudy' in fog else white
    return HazeParams(fog=fog, beta=beta, beta_range=beta if heterogeneous else 0.0,
                      airlight=(airlight, airlight, airlight), airlight_range=airlight_range, noise=noise, seed=seed)


def noise_seed(seed: int, scene: str, fog: str) -> int:
    """The seed of the noise over one scene in one fog, the same on every machine and in every run; below 2 ** 32."""
    return int.from_bytes(hashlib.sha256(f'{seed}/{scene}/{fog}'.encode()).digest()[:4], 'big')


def haze_fields(shape: tuple[int, int], params: HazeParams) -> tuple[np.ndarray | float, np.ndarray]:
    """What the fog is over an image of ``shape`` (H, W).

    Returns:
        k, a number where the density is even, else (H, W) float64; and A, BGR, (3,) where the airlight is even, else
        (H, W, 3) float64.
    """
    k: np.ndarray | float = params.beta
    airlight = np.array(params.airlight)
    if params.beta_range:
        k = params.beta + params.beta_range * (2 * _noise_field(shape, params.noise, params.seed, 1) - 1)
    if params.airlight_range:
        drift = params.airlight_range * (2 * _noise_field(shape, params.noise, params.seed, 2) - 1)
        airlight = airlight + drift[..., None]
    return k, airlight


def render(clear: np.ndarray, depth: np.ndarray, params: HazeParams) -> np.ndarray:
    """The scene in fog: a pure function of its arguments, the same to the byte with any number of threads.

    Args:
        clear: (H, W, 3) uint8 BGR.
        depth: metres, (H, W) float, at least 0.
        params: the fog.

    Returns:
        (H, W, 3) uint8 BGR, rounded to nearest; ``clear`` itself, as a copy, where beta is 0.

    Raises:
        ValueError: ``clear`` or ``depth`` is not as above.
    """
    if clear.ndim != 3 or clear.shape[2] != 3 or clear.dtype != np.uint8:
        raise ValueError(f'render wants clear as (H, W, 3) uint8 BGR, got {clear.shape} {clear.dtype}. '
                         'For a float image in [0, 1] pass (img * 255).round().astype(np.uint8).')
    height, width, _ = clear.shape
    if depth.shape != (height, width):
        raise ValueError(f'depth must have the size of the image, {(height, width)}, got {depth.shape}.')
    if params.beta == 0:
        return clear.copy()
    k, airlight = haze_fields((height, width), params)
    # in float64: NumPy's exp of float32 is not the same on all processors
    t = transmission(depth.astype(np.float64), k)
    hazy = np.empty_like(clear)
    for channel in range(3):
        values = fade_contrast(clear[..., channel], t, 255 * airlight[..., channel])
        hazy[..., channel] = np.rint(values, out=values)
    return hazy


@lru_cache(maxsize=4)  # the levels of one fog follow each other and share their fields, which cost as much as the fog
def _noise_field(shape: tuple[int, int], noise: str, seed: int, which: int) -> np.ndarray:
    field = fractal_noise(shape, np.random.default_rng([seed, which]), noise)
    field.setflags(write=False)  # it is handed out again
    return field

r"""Haze-wild: any clear photo and its depth become hazy photos at known levels, drawn first and applied second.

The recipe is that of Foggy Cityscapes [sakaridis2018]_: :math:`I = J t + A (1 - t)` with :math:`t = e^{-k d}`, t
refined along the edges of the photo by a guided filter, A taken from the photo. It differs in three ways:

- t is refined at one beta, and the depth that it then stands for is used for all levels. So all levels of a photo obey
  one depth exactly, which can be kept beside them, and the filter costs once. Against a filter at each level, pixels
  differ by 0.5 of 255 in the mean, by 0.8 at the level that differs most; without any refining it is 2.
- Half of the tint of A is taken away, see :func:`mmhaze.physics.airlight.soften_airlight`.
- Haze may also be uneven: k is then FRIDA's noise, see :mod:`mmhaze.synthesis.fog`.

.. [sakaridis2018] C. Sakaridis, D. Dai, L. Van Gool, "Semantic foggy scene understanding with synthetic data",
   IJCV 2018.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..physics import transmission
from ..physics.airlight import estimate_airlight, soften_airlight
from ..physics.guided_filter import guided_filter
from ..physics.scattering import fade_contrast
from .fog import HazeParams, frida_params, haze_fields, noise_seed

WILD_FOGS = ('uniform', 'heterogeneous')
# Between the betas of all levels, where refining once comes nearest to refining at each: one sees 200 m far.
REFINING_BETA = 0.015


@dataclass(frozen=True)
class WildParams:
    """All that :func:`render_wild` needs besides the scene; the haze half of a manifest's row.

    Attributes:
        fog: 'uniform' or 'heterogeneous'.
        beta, beta_range, noise, seed: see :class:`mmhaze.synthesis.fog.HazeParams`; beta 0 is the clear photo.
        airlight: the colour of the haze itself, (blue, green, red) in [0, 1].
    """

    fog: str
    beta: float
    beta_range: float
    noise: str
    seed: int
    airlight: tuple[float, float, float]

    def __post_init__(self) -> None:
        if self.fog not in WILD_FOGS:
            raise ValueError(f'fog must be one of {WILD_FOGS}, got {self.fog!r}.')
        if len(self.airlight) != 3 or not all(0 <= value <= 1 for value in self.airlight):
            raise ValueError(f'airlight must be (blue, green, red) in [0, 1], got {self.airlight}.')
        self.as_white()  # checks the others

    def as_white(self) -> HazeParams:
        """The same haze with a white airlight."""
        return HazeParams(fog=self.fog, beta=self.beta, beta_range=self.beta_range, airlight=1.0, airlight_range=0.0,
                          noise=self.noise, seed=self.seed)

    def as_text(self) -> dict[str, str]:
        """The cells of a CSV file; floats are written so that they read back the same."""
        blue, green, red = self.airlight
        cells = dict(fog=self.fog, beta=self.beta, beta_range=self.beta_range, noise=self.noise, seed=self.seed,
                     airlight_b=blue, airlight_g=green, airlight_r=red)
        return {name: str(value) for name, value in cells.items()}

    @classmethod
    def from_text(cls, cells: Mapping[str, str]) -> WildParams:
        """Reads what :meth:`as_text` wrote; further columns are passed over.

        Raises:
            ValueError: a column is missing, or holds what it cannot.
        """
        try:
            return cls(fog=cells['fog'], beta=float(cells['beta']), beta_range=float(cells['beta_range']),
                       noise=cells['noise'], seed=int(cells['seed']),
                       airlight=(float(cells['airlight_b']), float(cells['airlight_g']), float(cells['airlight_r'])))
        except KeyError as error:
            raise ValueError(f'The row has no column {error}; it has {sorted(cells)}.') from None


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
                noise: str = 'frida') -> list[WildParams]:
    """The haze of each level over a photo; the levels share airlight and noise.

    Args:
        photo: (H, W, 3) uint8 BGR, clear.
        seed: see :func:`draw_seed`.
        betas: of the levels, 1/metre, such as those of :data:`mmhaze.synthesis.levels.SCHEDULES`.
        fog: 'uniform' or 'heterogeneous'; in the latter k runs from 0 to 2 beta over the photo.
        noise: one of :data:`mmhaze.synthesis.noise.NOISES`.
    """
    blue, green, red = soften_airlight(estimate_airlight(photo)).tolist()
    ranges = [frida_params(fog, beta, seed, noise).beta_range for beta in betas]
    return [WildParams(fog=fog, beta=beta, beta_range=beta_range, noise=noise, seed=seed, airlight=(blue, green, red))
            for beta, beta_range in zip(betas, ranges)]


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


def render_wild(scene: WildScene, params: WildParams) -> np.ndarray:
    """The photo in haze: a pure function of its arguments, the same to the byte with any number of threads.

    Returns:
        (H, W, 3) uint8 BGR, rounded to nearest; ``scene.clear`` itself, as a copy, where beta is 0.
    """
    if params.beta == 0:
        return scene.clear.copy()
    k, _ = haze_fields(scene.depth.shape, params.as_white())
    t = transmission(scene.depth.astype(np.float64), k)
    hazy = np.empty_like(scene.clear)
    for channel, airlight in enumerate(params.airlight):
        values = fade_contrast(scene.clear[..., channel], t, 255 * airlight)
        hazy[..., channel] = np.rint(values, out=values)
    return hazy

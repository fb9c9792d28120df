"""What is known of the haze of a photo: its amount at once, its maps when they are asked for."""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from ..io.photo import read_photo
from ..physics.guided_filter import guided_upsample
from .level_bounds import LEVEL_NAMES, level_of, probabilities

# of the guided filter, pixels of the network's maps: on drawn scenes the best for maps that are a little blurred
RADIUS, EPS = 2, 3e-4


def share_of_haze(transmission: np.ndarray, sky: np.ndarray) -> float:
    """The share of haze in the light of what is not clear sky, of maps (h, w); the equation is that of
    :func:`mmhaze.models.haze_map.haze_map_net.share_of_haze`.
    """
    rest = 1 - sky
    return float(((1 - transmission) * rest).sum() / max(float(rest.sum()), 1.0))


@dataclass(frozen=True, eq=False)
class HazeMap:
    """How hazy a photo is and where, as :func:`mmhaze.estimate_haze` gives it.

    The three maps have the photo's size, and each is made when it is first asked for. For that the map keeps the photo
    where it was given as an array, which must not change before, and else reads the file again.

    Attributes:
        haze: the share of haze in the light of what is not clear sky, in [0, 1].
        spread: the mean error expected of ``haze``, above 0.
        airlight: the colour of the haze, (3,) float32 in [0, 1], BGR as photos are. A guess where there is no haze.
    """

    haze: float
    spread: float
    airlight: np.ndarray
    _maps: dict[str, np.ndarray] = field(repr=False)  # those of the network, (h/2, w/2) float32
    _shape: tuple[int, int] = field(repr=False)
    _photo: np.ndarray | bytes | str = field(repr=False)

    @property
    def level(self) -> int:
        """0 to 4, the level of ``haze``, see :mod:`mmhaze.haze_map.level_bounds`."""
        return level_of(self.haze)

    @property
    def name(self) -> str:
        """``'clear'``, ``'slight'``, ``'moderate'``, ``'dense'`` or ``'very dense'``: what ``level`` is called."""
        return LEVEL_NAMES[self.level]

    @cached_property
    def probabilities(self) -> np.ndarray:
        """How likely each level is, (5,) float32, which sum to 1; by ``haze`` and ``spread``."""
        return probabilities(self.haze, self.spread)

    @cached_property
    def transmission(self) -> np.ndarray:
        """The share of each point's light that reaches the camera, (H, W) float32 in [0, 1], with the photo's edges."""
        return self._along_edges('transmission')

    @cached_property
    def sky(self) -> np.ndarray:
        """The share of the light that is clear sky, (H, W) float32 in [0, 1], with the photo's edges."""
        return self._along_edges('sky')

    @cached_property
    def unsure(self) -> np.ndarray:
        """The mean error expected of ``transmission``, (H, W) float32 in [0, 1]."""
        grown = cv2.resize(self._maps['spread'], self._shape[::-1], interpolation=cv2.INTER_LINEAR)
        return np.clip(grown, 0, 1, out=grown)

    def _along_edges(self, name: str) -> np.ndarray:
        photo = self._photo
        if not isinstance(photo, np.ndarray):
            photo = read_photo(photo, lambda said: None)
            if photo.shape[:2] != self._shape:
                raise ValueError(f'{self._photo!r} was changed: it was {self._shape}, and is {photo.shape[:2]} now. '
                                 'Estimate its haze again.')
        return guided_upsample(photo, self._maps[name], RADIUS, EPS)

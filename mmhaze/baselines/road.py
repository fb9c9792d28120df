r"""A photo of a flat road, cut into bands of equal distance.

A camera of height h over a flat road, with focal length f and its horizon at row v0, sees the road of row v at the
distance

.. math:: d(v) = h f / (v - v_0) = reach / (v - v_0), \quad v > v_0

(Hautière et al., *Automatic fog detection and estimation of visibility distance through use of an onboard camera*,
Machine Vision and Applications 17, 2006). Rows are shares of the photo's height here, so reach is in metres.
"""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..io.given import check_photo

WIDTH, HEIGHT = 640, 480  # a photo of another size is scaled
COLUMNS = 80
# middles of the bands of road, metres; a band reaches to the geometric mean of two, the first from NEAREST, the last to
# FARTHEST
DISTANCES = np.array([4.5, 5.5, 6.5, 8, 10, 12, 14.5, 17.5, 21, 25, 30, 36, 44, 54, 66, 80, 100])
NEAREST, FARTHEST = 4.1, 112.0
ABOVE = 10                # bands above the horizon, evenly from 8 to 118 of 480 rows above it


@dataclass(frozen=True)
class RoadCamera:
    """How a camera stands over a flat road.

    Attributes:
        horizon: its row, as a share of the photo's height from the top, in (0.25, 1).
        reach: metres; the road at a row v (share of the height) is reach / (v - horizon) away.

    Raises:
        ValueError: the photo does not show a quarter of its height above the horizon, or no road 4.5 m away.
    """

    horizon: float
    reach: float

    def __post_init__(self) -> None:
        if not 0.25 < self.horizon < 1 or not 0 < self.reach <= DISTANCES[0] * (1 - self.horizon):
            raise ValueError('A road camera has its horizon at more than 0.25 and less than 1 of the height of the '
                             f'photo, and sees the road {DISTANCES[0]} m away: reach is at most {DISTANCES[0]} '
                             f'(1 - horizon). Got horizon {self.horizon} and reach {self.reach} m.')

    def distance(self, row: np.ndarray) -> np.ndarray:
        """Metres to the road at each row (shares of the height below the horizon)."""
        return self.reach / (row - self.horizon)

    def row(self, distance: np.ndarray) -> np.ndarray:
        """The row, a share of the height, of the road at each distance in metres."""
        return self.horizon + self.reach / distance


# of most scenes of FRIDA2, by their depth; FRIDA's own horizon is 20 rows of 480 lower
FRIDA2_CAMERA = RoadCamera(237.6 / 480, 911.7 / 480)


def column_sums(img: np.ndarray) -> np.ndarray:
    """What :func:`road_bands` takes its means from: sums over the rows above each row.

    Args:
        img: (H, W, 3) uint8 BGR. Not modified.

    Returns:
        (481, 80, 5) float64: blue, green, red, and how much the grey level changes from a pixel to the one on its right
        and to the one below, each a mean over 8 columns, in [0, 1]; all at 640x480.
    """
    check_photo(img, 'column_sums')
    if img.shape[:2] != (HEIGHT, WIDTH):
        img = cv2.resize(img, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    photo = img.astype(np.float32) / 255
    grey = photo.mean(2)
    right = np.abs(np.diff(grey, axis=1, append=grey[:, -1:]))
    below = np.abs(np.diff(grey, axis=0, append=grey[-1:]))
    narrow = cv2.resize(np.dstack([photo, right, below]), (COLUMNS, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.concatenate([np.zeros_like(narrow[:1]), narrow.cumsum(0, dtype=np.float64)])


def road_bands(sums: np.ndarray, camera: RoadCamera) -> np.ndarray:
    """Means over bands of equal distance: 10 bands above the horizon, then 17 of road, the farthest first.

    Args:
        sums: of :func:`column_sums`.
        camera: what took the photo.

    Returns:
        (5, 27, 80) float64 in [0, 1], the planes of ``sums``.
    """
    return np.concatenate([_means(sums, edges) for edges in _band_edges(camera)]).transpose(2, 0, 1)


def _band_edges(camera: RoadCamera) -> tuple[np.ndarray, np.ndarray]:
    """The rows, at 480, between the bands above the horizon and between those of the road, from the top down."""
    between = np.concatenate([[NEAREST], np.sqrt(DISTANCES[:-1] * DISTANCES[1:]), [FARTHEST]])
    horizon = camera.horizon * HEIGHT
    return (np.linspace(horizon - 118, horizon - 8, ABOVE + 1),
            np.minimum(camera.row(between[::-1]) * HEIGHT, HEIGHT))


def _means(total: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Means between edges that may cut a row, from sums up to each row, (481, columns, planes)."""
    row = np.floor(edges).astype(int)
    part = (edges - row)[:, None, None]
    upto = total[row] * (1 - part) + total[np.minimum(row + 1, HEIGHT)] * part
    return np.diff(upto, axis=0) / np.diff(edges)[:, None, None]

r"""Random trees on how fast the haze grows with the distance along a road.

With white airlight A and a road of albedo J, :math:`L = -\ln(A - I) = \beta d - \ln(A - J)`: how steeply L rises from
one band of road to a farther one is beta, whatever J is. It is ours; no paper has it.

Where the horizon is must be known for d. Here it is where most scenes of FRIDA2 have it, and the trees make do with
those that have it elsewhere; told where, they are better by .03 (docs/results/hazel-level.md).
"""
from __future__ import annotations

import numpy as np

from .forest import PhotoTrees
from .road import ABOVE, DISTANCES, FRIDA2_CAMERA, column_sums, road_bands
from .row_trees import FEATURES as ROW_FEATURES
from .row_trees import row_features

# steeper and flatter than all betas of Hazel-level, and half its steps between; 1/metre
_BETAS = np.array([-np.inf, -0.02, -0.005, *np.arange(0.0025, 0.054, 0.005), 0.06, 0.07, 0.085, 0.1, 0.13, np.inf])
_RANGES = ((0, 3), (3, 6), (6, 9), (9, 12), (12, None))  # of the road's bands, the farthest first
_APART = (2, 4)                                          # bands between which a slope is taken
_LEAST = 0.006                                           # of A - I, about 1.5 grey levels


def road_features(img: np.ndarray) -> np.ndarray:
    """What the bands of road of a photo hold, (1451,) float32.

    Of the :func:`road_bands` of :data:`FRIDA2_CAMERA`: histograms and quantiles of the slopes of L, with white airlight
    and with that of the brightest above the horizon; quantiles of brightness and of texture in each band. Then the
    :func:`row_features`, which need no camera.

    Args:
        img: (H, W, 3) uint8 BGR. Not modified.

    Raises:
        ValueError: ``img`` is no (H, W, 3) uint8 photo of at least one pixel.
    """
    bands = road_bands(column_sums(img), FRIDA2_CAMERA)
    return np.concatenate([*road_parts(bands).values(), row_features(img)]).astype(np.float32)


class RoadTrees(PhotoTrees):
    """Trees on :func:`road_features`, for photos from a car's camera that stands as FRIDA2's."""

    size = 939 + ROW_FEATURES
    max_features = 0.1
    describe = staticmethod(road_features)


def road_parts(bands: np.ndarray) -> dict[str, np.ndarray]:
    """What :func:`mmhaze.baselines.road.road_bands` tell, by kind, each of shape (F,): slopes, brightness, texture."""
    darkest, brightest, texture = bands[:3].min(0), bands[:3].max(0), bands[3:]
    sky = max(float(np.quantile(brightest[ABOVE // 2:ABOVE], 0.9)), 0.78)
    return dict(
        slopes=np.concatenate([_slopes(darkest[ABOVE:], 1.0), _slopes(darkest[ABOVE:], sky)]),
        brightness=np.concatenate([np.quantile(darkest, (0.05, 0.25, 0.5, 0.75, 0.95), axis=1).ravel(), darkest.std(1),
                                   np.quantile(brightest, (0.05, 0.5, 0.95), axis=1).ravel()]),
        texture=_textures(texture))


def _slopes(road: np.ndarray, airlight: float) -> np.ndarray:
    """How the slopes dL/dd between bands of road are spread, 1/metre, in five ranges of distance."""
    far_first = DISTANCES[::-1]
    depth = -np.log(np.clip(airlight + 0.004 - road, _LEAST, 1))
    found = []
    for apart in _APART:
        slopes = (depth[:-apart] - depth[apart:]) / (far_first[:-apart] - far_first[apart:])[:, None]
        for first, last in _RANGES:
            values = slopes[first:last].ravel()
            found += [np.histogram(values, _BETAS)[0] / values.size, np.quantile(values, (0.1, 0.25, 0.5, 0.75, 0.9))]
    return np.concatenate(found)


def _textures(changes: np.ndarray) -> np.ndarray:
    """How rough the bands from just above the horizon down are, and how much that changes over two bands."""
    found = []
    for plane in changes[:, ABOVE - 2:]:
        rough = np.log(np.quantile(plane, (0.2, 0.5, 0.8), axis=1) + 0.0015)
        found += [rough.ravel(), (rough[:, :-2] - rough[:, 2:]).ravel()]
    return np.concatenate(found)

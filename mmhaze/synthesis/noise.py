"""Fractal gradient noise in screen space: the shape of uneven fog and of uneven light.

Gradient noise is Perlin's [perlin2002]_: random unit vectors on a lattice, and between them the blend of the four
ramps they span. Octaves of it, each on a finer lattice and fainter, add up to a cloud. The numbers of ``frida`` were
fitted to the structure functions of the fog density and the airlight that can be recovered from FRIDA's own pictures;
those are stretched 4:1 along the horizon. The numbers of ``hazel`` were read off one published picture of Hazel-level.

.. [perlin2002] K. Perlin, "Improving noise", SIGGRAPH 2002.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# cells are given for an image of this many rows, that of FRIDA, and scale with the image
REFERENCE_ROWS = 480


@dataclass(frozen=True)
class NoiseKind:
    """How a field of noise is built.

    Attributes:
        octaves: how many lattices are summed.
        cell: (height, width) of the cells of the first, pixels in an image of 480 rows; of each next one they are half.
        persistence: the amplitude of each over that of the one before.
    """

    octaves: int
    cell: tuple[float, float]
    persistence: float


NOISES = {
    'frida': NoiseKind(octaves=6, cell=(240.0, 960.0), persistence=0.65),
    'hazel': NoiseKind(octaves=1, cell=(200.0, 200.0), persistence=1.0),
}


def fractal_noise(shape: tuple[int, int], rng: np.random.Generator, kind: str = 'frida') -> np.ndarray:
    """One field of noise, stretched so that its least value is 0 and its greatest 1.

    Args:
        shape: (H, W) of the image, at least (2, 2).
        rng: draws, octave by octave, where the lattice lies and the directions on it.
        kind: one of ``NOISES``.

    Returns:
        (H, W) float64 in [0, 1], both ends reached.
    """
    if kind not in NOISES:
        raise ValueError(f'kind must be one of {sorted(NOISES)}, got {kind!r}.')
    if len(shape) != 2 or min(shape) < 2:
        raise ValueError(f'shape must be (H, W), both at least 2, got {shape}.')
    settings = NOISES[kind]
    field = np.zeros(shape)
    for octave in range(settings.octaves):
        shrink = shape[0] / REFERENCE_ROWS / 2**octave
        cell = (settings.cell[0] * shrink, settings.cell[1] * shrink)
        offset, angles = draw_lattice(shape, cell, rng)
        field += settings.persistence**octave * gradient_noise(shape, cell, offset, angles)
    field -= field.min()
    return field / field.max()


def draw_lattice(shape: tuple[int, int], cell: tuple[float, float],
                 rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where a lattice that covers ``shape`` lies, (2,) in cells, and the angles on it, radian, (rows, columns).

    The place is drawn too: gradient noise is 0 on its lattice points, and at a fixed place all fields would be 0 there.
    """
    offset = rng.random(2)
    rows, columns = ((offset + (np.array(shape) - 1) / cell).astype(int) + 2).tolist()
    return offset, rng.uniform(0, 2 * np.pi, (rows, columns))


def gradient_noise(shape: tuple[int, int], cell: tuple[float, float], offset: np.ndarray,
                   angles: np.ndarray) -> np.ndarray:
    r"""One octave of gradient noise, :math:`\sum_{a,b} w_a(v)\,w_b(u)\;g_{ab} \cdot (v - a, u - b)` [perlin2002]_.

    (v, u) is the place of a pixel in its cell, a and b count the cell's corners, :math:`w_1(v) = 6v^5 - 15v^4 + 10v^3`
    and :math:`w_0 = 1 - w_1`.

    Args:
        shape: (H, W).
        cell: height and width of a cell, pixels.
        offset: where in its cell the first pixel lies, (2,) in [0, 1).
        angles: of the unit vectors g = (sin, cos) = (along rows, along columns), radian, (rows, columns) that cover the
            image.

    Returns:
        (H, W) float64, 0 on the lattice points, within [-1, 1].
    """
    (row, v), (column, u) = (_cells(length, size, start) for length, size, start in zip(shape, cell, offset))
    along_rows, along_columns = np.sin(angles), np.cos(angles)
    # the sum over b is linear in v - a: its two terms are taken once for each row of the lattice, not of the image
    weight = _fade(u)
    ramp = _blend(along_columns[:, column] * u, along_columns[:, column + 1] * (u - 1), weight)
    slope = _blend(along_rows[:, column], along_rows[:, column + 1], weight)
    v = v[:, None]
    return _blend(ramp[row] + slope[row] * v, ramp[row + 1] + slope[row + 1] * (v - 1), _fade(v))


def _cells(length: int, size: float, start: float) -> tuple[np.ndarray, np.ndarray]:
    place = start + np.arange(length) / size
    cell = place.astype(int)
    return cell, place - cell


def _fade(x: np.ndarray) -> np.ndarray:
    return x**3 * (x * (x * 6 - 15) + 10)


def _blend(first: np.ndarray, second: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return first + (second - first) * weight

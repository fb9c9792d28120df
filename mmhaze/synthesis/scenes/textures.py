"""Materials: albedo as a function of the metres on a surface, patterns averaged over the pixel not to sparkle."""
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .geometry import Colour, Samples

# layers of noise for the ground: cells across and ahead in metres, amplitude; longer ahead, where perspective shortens
_SOIL = ((0.05, 0.12, 0.28), (0.15, 0.4, 0.2), (0.6, 1.6, 0.14), (1.2, 8.0, 0.1), (3.0, 30.0, 0.12), (12.0, 90.0, 0.12))
_GRIT = ((0.05, 0.12, 0.2), (0.12, 0.3, 0.1), (0.5, 3.0, 0.05), (1.0, 25.0, 0.04), (4.0, 80.0, 0.05))
_LATTICE = 256  # noise repeats after so many cells


@lru_cache(maxsize=1)
def _lattice() -> np.ndarray:
    return np.random.default_rng(2022).uniform(-1, 1, _LATTICE * _LATTICE).astype(np.float32)


def _lookup(row: np.ndarray, column: np.ndarray) -> np.ndarray:
    return _lattice().take((row % _LATTICE) * _LATTICE + column % _LATTICE)


def smooth_noise(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Value noise in [-1, 1], one independent value at each integer (u, v), smooth in between; the shape of ``u``."""
    u0, v0 = np.floor(u), np.floor(v)
    s, t = (u - u0).astype(np.float32), (v - v0).astype(np.float32)
    s, t = s * s * (3 - 2 * s), t * t * (3 - 2 * t)
    row, column = u0.astype(np.int32) % _LATTICE, v0.astype(np.int32) % _LATTICE
    lattice, below = _lattice(), (row + 1) % _LATTICE * _LATTICE
    row, beside = row * _LATTICE, (column + 1) % _LATTICE
    near, far = lattice.take(row + column), lattice.take(row + beside)
    near += s * (lattice.take(below + column) - near)
    far += s * (lattice.take(below + beside) - far)
    return near + t * (far - near)


def layered_noise(at: Samples, layers: tuple[tuple[float, float, float], ...], phase: float) -> np.ndarray:
    """The sum of ``layers`` (cell in u, cell in v, amplitude), metres; cells smaller than a pixel fade out."""
    total = np.zeros(len(at.u))
    for number, (cell_u, cell_v, amplitude) in enumerate(layers):
        fade = np.clip(2 - 2 * np.maximum(at.du / cell_u, at.dv / cell_v), 0, 1)
        seen = np.flatnonzero(fade)
        if not seen.size:
            continue
        shift = phase + 17.31 * number
        noise = smooth_noise(at.u[seen] / cell_u + shift, at.v[seen] / cell_v + 1.7 * shift)
        total[seen] += amplitude * fade[seen] * noise
    return total


def band(t: np.ndarray, width: np.ndarray, low: float, high: float) -> np.ndarray:
    """The share, [0, 1], of the interval of ``width`` around ``t`` that lies between ``low`` and ``high``."""
    return np.clip(np.minimum(high, t + width / 2) - np.maximum(low, t - width / 2), 0, None) / width


def pulses(t: np.ndarray, width: np.ndarray, period: float, on: float) -> np.ndarray:
    """The share, [0, 1], of the interval of ``width`` around ``t`` that [0, on), repeated each ``period``, covers."""
    def covered(end: np.ndarray) -> np.ndarray:
        whole = np.floor(end / period)
        return whole * on + np.minimum(end - whole * period, on)

    return (covered(t + width / 2) - covered(t - width / 2)) / width


def blend(under: np.ndarray, over: Colour | np.ndarray, share: np.ndarray) -> np.ndarray:
    """(N, 3) colours with ``over``, one colour or (N, 3), laid on by ``share``, (N,) in [0, 1]."""
    return under + share[:, None] * (np.asarray(over) - under)


def _shaded(colour: Colour, noise: np.ndarray) -> np.ndarray:
    return np.multiply.outer(1 + noise, colour)


@dataclass(frozen=True)
class Plain:
    """One RGB ``colour`` with noise of ``grain`` amplitude."""

    colour: Colour
    grain: float = 0.06
    phase: float = 0.0

    def __call__(self, at: Samples) -> np.ndarray:
        layers = tuple((cell, cell, self.grain) for cell in (0.05, 0.3, 2.0))
        return _shaded(self.colour, layered_noise(at, layers, self.phase))


@dataclass(frozen=True)
class Foliage:
    """Leaves in clumps; cells grow from ``leaf`` metres, so that a tree stays textured far away."""

    colour: Colour
    phase: float
    leaf: float = 0.12

    def __call__(self, at: Samples) -> np.ndarray:
        layers = tuple((self.leaf * k, self.leaf * k, amplitude) for k, amplitude in ((1, 0.45), (3, 0.35), (12, 0.2)))
        noise = np.clip(layered_noise(at, layers, self.phase), -0.75, 0.9)
        # lit leaves are yellower than the gaps between them
        return _shaded(self.colour, noise) * (1 + np.multiply.outer(noise, (0.15, 0.05, -0.15)))

    def ragged(self, at: Samples, rim: np.ndarray) -> np.ndarray:
        """Whether a leaf is there, (N,) bool: not everywhere as ``rim`` falls from 1, mid-clump, to 0 at its rim."""
        gaps = smooth_noise(at.u / (3 * self.leaf) + self.phase, at.v / (3 * self.leaf))
        return rim > 0.3 + 0.3 * gaps


@dataclass(frozen=True)
class Facade:
    """A wall: a window in each ``bay`` by ``storey``, metres, takes ``glazed`` of both, above ``base`` metres."""

    wall: Colour
    trim: Colour
    glass: Colour
    plinth: Colour
    bay: float
    storey: float
    glazed: tuple[float, float]
    base: float
    phase: float

    def __call__(self, at: Samples) -> np.ndarray:
        layers = ((0.12, 0.05, 0.09), (0.5, 0.3, 0.06), (2.5, 6.0, 0.07), (9.0, 9.0, 0.06))
        noise = layered_noise(at, layers, self.phase)
        colour = _shaded(self.wall, noise)
        upper = band(at.v, at.dv, self.base, np.inf)
        colour = blend(colour, _shaded(self.trim, noise), pulses(at.v - self.base + 0.3, at.dv, self.storey, 0.3) * 0.7)
        u, v = at.u - self.bay * (1 - self.glazed[0]) / 2, at.v - self.base - self.storey * (1 - self.glazed[1]) * 0.55
        wide, tall = self.bay * self.glazed[0], self.storey * self.glazed[1]
        frame = pulses(u + 0.12, at.du, self.bay, wide + 0.24) * pulses(v + 0.12, at.dv, self.storey, tall + 0.24)
        panes = pulses(u, at.du, self.bay, wide) * pulses(v, at.dv, self.storey, tall)
        colour = blend(colour, self.trim, frame * upper)
        column, row = np.floor(u / self.bay).astype(int), np.floor(v / self.storey).astype(int)
        curtain = _lookup(column * 7 + int(self.phase), row * 13)  # another brightness for each window
        sky = np.clip(v / self.storey - row, 0, 1)  # panes mirror more of the sky towards the top
        colour = blend(colour, _shaded(self.glass, 0.45 * curtain + 0.35 * sky), panes * upper)
        ground_floor = 1 - upper
        colour = blend(colour, _shaded(self.plinth, noise), ground_floor)
        shop = pulses(at.u - 0.4, at.du, self.bay, self.bay - 0.8) * band(at.v, at.dv, 0.5, self.base - 0.9)
        display = 0.5 * _lookup(column * 5, np.full_like(column, int(self.phase)))
        return blend(colour, _shaded(self.glass, display), shop * ground_floor)


@dataclass(frozen=True)
class Tiles:
    """A roof of one ``colour`` with its rows of tiles along u."""

    colour: Colour
    phase: float

    def __call__(self, at: Samples) -> np.ndarray:
        noise = layered_noise(at, ((0.3, 0.3, 0.15), (2.0, 1.0, 0.1), (6.0, 6.0, 0.08)), self.phase)
        return _shaded(self.colour, noise - 0.25 * pulses(at.v, at.dv, 0.4, 0.1))


@dataclass(frozen=True)
class Panel:
    """A sheet with rectangles on it: ``marks`` are (left, right, bottom, top, colour), metres, later ones on top."""

    colour: Colour
    marks: tuple[tuple[float, float, float, float, Colour], ...]

    def __call__(self, at: Samples) -> np.ndarray:
        colour = np.tile(self.colour, (len(at.u), 1))
        for left, right, bottom, top, paint in self.marks:
            colour = blend(colour, paint, band(at.u, at.du, left, right) * band(at.v, at.dv, bottom, top))
        return colour


@dataclass(frozen=True)
class Terrain:
    """The ground, u across and v ahead from ``corner``: a road along ``centre``, pavements, and land of two colours.

    Lengths are metres: ``lane`` and ``shoulder`` and ``pavement`` widths, ``dash`` = (period, painted). ``bend`` is the
    curvature, 1/metre.
    """

    corner: float
    centre: float
    bend: float
    lane: float
    lanes: int
    shoulder: float
    pavement: float
    asphalt: Colour
    paint: Colour
    paving: Colour
    land: Colour
    field: Colour
    dash: tuple[float, float]
    edged: bool
    phase: float

    def middle(self, z: np.ndarray | float) -> np.ndarray | float:
        """Where the middle of the road is, x in metres, at ``z`` metres ahead."""
        return self.centre + 0.5 * self.bend * z * z

    @property
    def kerb(self) -> float:
        """Metres from the middle of the road to its edge."""
        return self.lane * self.lanes / 2 + self.shoulder

    def __call__(self, at: Samples) -> np.ndarray:
        x = at.u + self.corner
        s, ds = x - self.middle(at.v), at.du + np.abs(self.bend * at.v) * at.dv
        here = Samples(s, at.v, at.du, at.dv)  # noise may do without the bend's share of the footprint
        off = np.abs(s)

        edge, bound = self.kerb, self.kerb + self.pavement
        verge, road = np.flatnonzero(off + ds > bound), np.flatnonzero(off - ds < bound)
        colour, grit = np.zeros((len(x), 3)), np.zeros(len(x))
        beside = Samples(*(values[verge] for values in (x, at.v, at.du, at.dv)))
        land = layered_noise(beside, _SOIL, self.phase)
        fields = smooth_noise(beside.u / 35 + self.phase, beside.v / 70)
        colour[verge] = blend(_shaded(self.land, land), _shaded(self.field, land), np.clip(4 * fields, 0, 1))
        grit[road] = layered_noise(Samples(*(values[road] for values in here)), _GRIT, self.phase + 5)

        if self.pavement:
            slabs = grit - 0.12 * pulses(off - edge, ds, 0.8, 0.05) - 0.12 * pulses(at.v, at.dv, 0.8, 0.05)
            colour = blend(colour, _shaded(self.paving, slabs), band(off, ds, edge, bound))
            colour = blend(colour, _shaded(self.paving, 0.25 + grit), band(off, ds, edge, edge + 0.2))
        # tyres darken two tracks of each lane
        along_lane = np.abs((s / self.lane + self.lanes / 2) % 1 - 0.5)
        tracks = np.exp(-((along_lane - 0.25) / 0.08)**2)
        colour = blend(colour, _shaded(self.asphalt, grit - 0.08 * tracks), band(s, ds, -edge, edge))

        worn = np.clip(0.85 + 3 * grit, 0.3, 1)
        dashes = pulses(at.v, at.dv, *self.dash)
        for number in range(1, self.lanes):
            at_line = (number - self.lanes / 2) * self.lane
            colour = blend(colour, self.paint, worn * dashes * band(s, ds, at_line - 0.07, at_line + 0.07))
        if self.edged:
            at_edge = self.lane * self.lanes / 2
            colour = blend(colour, self.paint, worn * band(off, ds, at_edge - 0.15, at_edge))
        return colour


@dataclass(frozen=True)
class Sky:
    """A gradient from ``low`` to ``high`` and clouds: ``cover`` in [-1, 1] of the sky, ``cloud`` coloured."""

    low: Colour
    high: Colour
    cloud: Colour
    cover: float
    phase: float

    def __call__(self, right: np.ndarray, up: np.ndarray) -> np.ndarray:
        """RGB, (H, W, 3), for the rays of slopes ``right``, (1, W), and ``up``, (H, 1), all above the horizon."""
        height = np.broadcast_to(1 - np.exp(-4 * up), (up.shape[0], right.shape[1])).ravel()
        colour = blend(np.tile(self.low, (height.size, 1)), self.high, height)
        far = 1 / (up + 0.12)  # the clouds' ceiling, bent down so that it ends at the horizon
        u, v = np.broadcast_arrays(right * far, far)
        pixel = np.abs(np.gradient(far[:, 0]))[:, None] if len(far) > 1 else far
        widths = np.broadcast_to(pixel, u.shape).ravel()
        at = Samples(u.ravel(), v.ravel(), widths, widths)
        noise = layered_noise(at, tuple((1.6 / 2**k, 1.1 / 2**k, 0.62**k) for k in range(6)), self.phase)
        share = np.clip((noise + 1.6 * self.cover) * 1.3, 0, 1)
        lit = 1 - 0.16 * np.clip(noise + self.cover, 0, 1)  # thick clouds are darker below
        share = share * np.clip(0.25 + 6 * np.repeat(up[:, 0], right.shape[1]), 0, 1)
        return blend(colour, np.multiply.outer(lit, self.cloud), share).reshape(*u.shape, 3)

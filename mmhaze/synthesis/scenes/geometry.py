"""A pinhole camera, two kinds of surface and a z-buffer: each pixel takes colour and depth from the same surface.

World coordinates are metres, (x right, y up, z ahead), with the ground at y = 0 below the camera at (0, height, 0). The
optical axis is level and the horizon is moved by shifting the lens, so verticals stay vertical and z is the depth.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SKY_DEPTH = 1000.0  # metres, as FRIDA stores its sky
NEAR = 0.5  # metres; nothing is drawn closer to the camera

_CUBE = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])

Vector = tuple[float, float, float]
Colour = tuple[float, float, float]


class Samples(NamedTuple):
    """Where N pixels meet a surface: its own coordinates, and how much of them a pixel spans; metres, (N,)."""

    u: np.ndarray
    v: np.ndarray
    du: np.ndarray
    dv: np.ndarray


Material = Callable[[Samples], np.ndarray]  # (N,) samples -> (N, 3) RGB albedo, about [0, 1]
Outline = Callable[[np.ndarray, np.ndarray], np.ndarray]  # u, v as shares of the patch in [0, 1] -> bool
Rim = Callable[[Samples, np.ndarray], np.ndarray]  # samples, and 1 in the middle of a ball to 0 at its rim -> bool


@dataclass(frozen=True)
class Camera:
    """``height`` in metres, ``focal`` length in image widths, ``horizon`` as the share of the image above it."""

    height: float
    focal: float
    horizon: float

    def slopes(self, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """x/z of each column, (1, W), and y/z of each row, (H, 1), rising upwards, at the centres of the pixels."""
        rows, columns = size
        focal = self.focal * columns
        right = (np.arange(columns) + 0.5 - columns / 2) / focal
        up = (self.horizon * rows - np.arange(rows) - 0.5) / focal
        return right[None, :], up[:, None]


@dataclass(frozen=True)
class Light:
    """``sun`` and ``sky`` are RGB brightnesses, ``towards`` the unit vector to the sun, y > 0, none of it 0."""

    sun: Colour
    sky: Colour
    towards: Vector

    def on(self, facing: np.ndarray, up: np.ndarray | float) -> np.ndarray:
        """RGB brightness, (..., 3), where the normal has cosine ``facing`` to the sun and ``up`` to the zenith."""
        # walls see half of the sky, and the ground's reflection instead of the rest
        sky = np.multiply.outer(0.8 + 0.2 * np.asarray(up), self.sky)
        return sky + np.multiply.outer(np.clip(facing, 0, 1), self.sun)


@dataclass(frozen=True)
class Patch:
    """A parallelogram from ``origin`` along ``across`` and ``along``, metres; ``outline`` cuts it to a shape."""

    origin: Vector
    across: Vector
    along: Vector
    material: Material
    outline: Outline | None = None

    def corners(self) -> np.ndarray:
        origin, across, along = np.array([self.origin, self.across, self.along], float)
        return origin + np.array([0 * across, across, along, across + along])


@dataclass(frozen=True)
class Ball:
    """An ellipsoid, ``centre`` and ``radii`` in metres; ``outline`` may eat away its rim."""

    centre: Vector
    radii: Vector
    material: Material
    outline: Rim | None = None

    def corners(self) -> np.ndarray:
        return np.array(self.centre) + _CUBE * np.array(self.radii)

    def shades(self, points: np.ndarray, towards: Vector) -> np.ndarray:
        """Whether the ball stands between each of the ``points``, (N, 3), and the sun: (N,) bool."""
        radii = np.array(self.radii)
        to_centre = (np.array(self.centre) - points) / radii
        direction = np.array(towards) / radii
        along = to_centre @ direction
        return along**2 > (direction @ direction) * ((to_centre**2).sum(1) - 1)


@dataclass(frozen=True)
class Box:
    """An axis-aligned box from ``low`` to ``high``, metres; casts shadows, its sides are painted as patches."""

    low: Vector
    high: Vector

    def corners(self) -> np.ndarray:
        return np.where(_CUBE < 0, self.low, self.high)

    def shades(self, points: np.ndarray, towards: Vector) -> np.ndarray:
        """Whether the box stands between each of the ``points``, (N, 3), and the sun: (N,) bool."""
        enter, leave = np.zeros(len(points)), np.full(len(points), np.inf)
        for axis in range(3):
            low, high = ((bound[axis] - points[:, axis]) / towards[axis] for bound in (self.low, self.high))
            enter, leave = np.maximum(enter, np.minimum(low, high)), np.minimum(leave, np.maximum(low, high))
        return enter < leave


class Canvas:
    """A picture in the making: ``colour``, (H, W, 3) float RGB, and ``depth``, (H, W) float64 metres, sky at first."""

    def __init__(self, camera: Camera, light: Light, size: tuple[int, int]) -> None:
        self.light = light
        self.right, self.up = camera.slopes(size)
        self.eye = np.array([0.0, camera.height, 0.0])
        self.pixel = 1 / (camera.focal * size[1])  # the slope from one pixel to the next
        self.colour = np.zeros((*size, 3))
        self.depth = np.full(size, SKY_DEPTH)

    def paint_patch(self, patch: Patch, occluders: Sequence[Box | Ball] = ()) -> None:
        """Paints what is in front of all painted so far; the ``occluders`` throw their shadows on it."""
        rows, columns = self._window(patch.corners())
        right, up, behind = self.right[:, columns], self.up[rows], self.depth[rows, columns]
        if not behind.size:
            return
        origin, across, along = np.array([patch.origin, patch.across, patch.along], float)
        normal = np.cross(across, along)
        normal /= np.linalg.norm(normal)
        to_plane = normal @ (origin - self.eye)
        cosine = normal[0] * right + normal[1] * up + normal[2]
        with np.errstate(divide='ignore', invalid='ignore'):
            depth = to_plane / cosine
        # the dual basis reads u and v, in [0, 1], off a point of the plane, whether or not the edges are square
        edges = np.stack([across, along])
        dual_u, dual_v = np.linalg.solve(edges @ edges.T, edges)
        start = self.eye - origin

        def read(dual: np.ndarray) -> np.ndarray:
            return dual @ start + depth * (dual[0] * right + dual[1] * up + dual[2])

        with np.errstate(invalid='ignore'):
            u, v = read(dual_u), read(dual_v)
            seen = (depth > NEAR) & (depth < behind) & (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
        if patch.outline is not None:
            inside = np.flatnonzero(seen)
            seen.ravel()[inside] = patch.outline(u.ravel()[inside], v.ravel()[inside])
        row, column = np.nonzero(seen)
        if not len(row):
            return
        z, u, v = depth[seen], u[seen], v[seen]
        rays = np.stack([right[0, column], up[row, 0], np.ones(len(row))], 1)
        widths = [self._footprint(dual, z, rays, normal) for dual in (dual_u, dual_v)]
        scale_u, scale_v = np.linalg.norm(across), np.linalg.norm(along)
        samples = Samples(u * scale_u, v * scale_v, widths[0] * scale_u, widths[1] * scale_v)

        facing = normal * -np.sign(normal @ (origin - self.eye))  # the side turned to the camera
        sunlit = np.full(len(z), facing @ self.light.towards)
        if occluders:
            points = self.eye + z[:, None] * rays
            x, ahead = points[:, 0].copy(), points[:, 2].copy()
            for occluder in occluders:
                near = self._reached(x, ahead, occluder)
                sunlit[near[occluder.shades(points[near], self.light.towards)]] = 0
        self._put(rows, columns, seen, z, patch.material(samples) * self.light.on(sunlit, facing[1]))

    def paint_ball(self, ball: Ball) -> None:
        """Paints the near side of a ball where it is in front of all painted so far."""
        rows, columns = self._window(ball.corners())
        right, up, behind = self.right[:, columns], self.up[rows], self.depth[rows, columns]
        if not behind.size:
            return
        centre, radii = np.array(ball.centre), np.array(ball.radii)
        start = (self.eye - centre) / radii
        square = (right / radii[0])**2 + (up / radii[1])**2 + radii[2]**-2
        half = start[0] * right / radii[0] + start[1] * up / radii[1] + start[2] / radii[2]
        inner = half**2 - square * (start @ start - 1)  # > 0 where the ray meets the ball
        depth = (-half - np.sqrt(np.maximum(inner, 0))) / square
        seen = (inner > 0) & (depth > NEAR) & (depth < behind)
        row, column = np.nonzero(seen)
        if not len(row):
            return
        z = depth[seen]
        offsets = self.eye + z[:, None] * np.stack([right[0, column], up[row, 0], np.ones(len(row))], 1) - centre
        normals = offsets / radii**2
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        width = z * self.pixel
        samples = Samples(offsets[:, 0] + centre[0] + 0.7 * offsets[:, 2], offsets[:, 1] + centre[1], width, width)
        kept = np.ones(len(z), bool)
        if ball.outline is not None:
            kept = ball.outline(samples, inner[seen] / square[seen])
            seen[row[~kept], column[~kept]] = False
        # leaves scatter light around: the terminator is soft
        light = self.light.on(0.25 + 0.75 * (normals @ self.light.towards), normals[:, 1] - 0.5)
        self._put(rows, columns, seen, z[kept], (ball.material(samples) * light)[kept])

    def _reached(self, x: np.ndarray, z: np.ndarray, occluder: Box | Ball) -> np.ndarray:
        """The indices of the points (x, z), (N,) each, of the ground within the bounds of the occluder's shadow."""
        corners, towards = occluder.corners(), np.array(self.light.towards)
        shadow = corners - corners[:, 1:2] / towards[1] * towards
        (x0, _, z0), (x1, _, z1) = shadow.min(0), shadow.max(0)
        return np.flatnonzero((x >= x0) & (x <= x1) & (z >= z0) & (z <= z1))

    def _window(self, corners: np.ndarray) -> tuple[slice, slice]:
        """The rows and columns that the hull of ``corners``, (N, 3), covers; none if all of it is hidden."""
        height, width = self.depth.shape
        z = corners[:, 2]
        if z.min() < NEAR:
            return slice(0, height), slice(0, width)
        right, up = corners[:, 0] / z, (corners[:, 1] - self.eye[1]) / z
        left, stop = np.searchsorted(self.right[0], [right.min(), right.max()])
        top, bottom = np.searchsorted(-self.up[:, 0], [-up.max(), -up.min()])
        rows, columns = slice(int(top), int(bottom)), slice(int(left), int(stop))
        hidden = self.depth[rows, columns].max(initial=0) <= z.min()
        return (slice(0), slice(0)) if hidden else (rows, columns)

    def _footprint(self, dual: np.ndarray, z: np.ndarray, rays: np.ndarray, normal: np.ndarray) -> np.ndarray:
        r"""How far a coordinate moves from a pixel to the next, from :math:`P = z r, z = c / (n \cdot r)`."""
        drift = (rays @ dual) / (rays @ normal)
        return z * self.pixel * (np.abs(dual[0] - drift * normal[0]) + np.abs(dual[1] - drift * normal[1]))

    def _put(self, rows: slice, columns: slice, seen: np.ndarray, z: np.ndarray, colour: np.ndarray) -> None:
        self.depth[rows, columns][seen] = z
        self.colour[rows, columns][seen] = colour


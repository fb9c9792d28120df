"""A pinhole camera with a level axis and a z-buffer; each pixel takes colour and depth from the same surface.

World coordinates are metres, (x right, y up, z ahead), the ground at y = 0 below the camera at (0, height, 0). The
horizon may lie anywhere, above the picture as well, as the lens is shifted: verticals stay vertical and z is the depth.
"""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..scenes import SKY_DEPTH
from .materials import Material

NEAREST, FARTHEST = 0.25, 590.0  # metres; what is farther is sky


@dataclass(frozen=True)
class Camera:
    """``height`` in metres, ``focal`` in widths, ``horizon`` in heights from the top, ``tilt`` in rows a column."""

    height: float
    focal: float
    horizon: float
    tilt: float = 0.0


@dataclass(frozen=True)
class Light:
    """``sun`` and ``ambient`` are RGB brightnesses, (3,); ``towards`` the unit vector to the sun, (3,)."""

    sun: np.ndarray
    ambient: np.ndarray
    towards: np.ndarray

    def on(self, normal: np.ndarray) -> np.ndarray:
        """RGB brightness, (3,), of a surface with this unit normal, (3,)."""
        return (self.ambient * (0.8 + 0.2 * normal[1]) + self.sun * max(0.0, float(normal @ self.towards)))


class Canvas:
    """A picture in the making: ``colour``, (H, W, 3) float32 RGB, and ``depth``, (H, W) metres, sky at first."""

    def __init__(self, camera: Camera, light: Light, size: tuple[int, int]) -> None:
        self.camera, self.light, self.size = camera, light, size
        rows, columns = size
        self.focal = camera.focal * columns
        right = np.arange(columns, dtype=np.float32) + 0.5 - columns / 2
        down = np.arange(rows, dtype=np.float32) + 0.5 - camera.horizon * rows
        self.right = np.broadcast_to(right / self.focal, size)  # x / z of each pixel
        self.down = (down[:, None] - camera.tilt * right) / np.float32(self.focal)  # (height - y) / z of each pixel
        self.colour = np.zeros((*size, 3), np.float32)
        self.depth = np.full(size, SKY_DEPTH, np.float32)

    def row(self, x: float, y: float, z: float) -> float:
        """The row in which a point of the world is seen."""
        down = self.focal * (self.camera.height - y) / z
        return self.camera.horizon * self.size[0] + down + self.camera.tilt * self.focal * x / z

    def column(self, x: float, z: float) -> float:
        """The column in which a point of the world is seen."""
        return self.size[1] / 2 + self.focal * x / z

    def put(self, where: np.ndarray, colour: np.ndarray, depth: np.ndarray | float, top: int = 0,
            left: int = 0) -> None:
        """Lays a stamp on the picture where it is nearer than what is there.

        Args:
            where: (h, w) bool, the shape.
            colour: RGB, (h, w, 3) or (3,).
            depth: metres, (h, w) or one number.
            top: the row of the stamp's first, may be outside.
            left: its column.
        """
        height, width = where.shape
        y0, x0 = max(top, 0), max(left, 0)
        y1, x1 = min(top + height, self.size[0]), min(left + width, self.size[1])
        if y0 >= y1 or x0 >= x1:
            return
        part = np.s_[y0 - top:y1 - top, x0 - left:x1 - left]
        here = np.clip(depth[part] if isinstance(depth, np.ndarray) else depth, NEAREST, FARTHEST)
        seen = where[part] & (here < self.depth[y0:y1, x0:x1])
        np.copyto(self.depth[y0:y1, x0:x1], here, where=seen, casting='same_kind')
        np.copyto(self.colour[y0:y1, x0:x1], colour if colour.ndim == 1 else colour[part], where=seen[..., None],
                  casting='same_kind')

    def ground(self, material: Material, far: float = FARTHEST, level: float = 0.0) -> None:
        """A plane at y = ``level`` metres up to ``far`` metres, and beyond it as if it were there."""
        height = self.camera.height - level
        below = self.down > 0
        z = np.minimum(height / np.maximum(self.down, 1e-6), far)
        pixel = z * np.maximum(1, z / height) / self.focal
        light = self.light.on(np.array((0.0, 1.0, 0.0)))
        rows = np.flatnonzero(below.any(1))
        if rows.size:
            part = np.s_[rows[0]:]
            colour = material(self.right[part] * z[part], z[part], pixel[part]) * light
            self.put(below[part], colour.astype(np.float32), z[part], int(rows[0]))

    def quad(self, corner: tuple[float, float, float], across: tuple[float, float, float],
             along: tuple[float, float, float], material: Material) -> None:
        """A parallelogram from ``corner``, metres, all before the camera; ``material`` reads metres on it."""
        origin, u_edge, v_edge = (np.array(vector, float) for vector in (corner, across, along))
        points = origin + np.array([0 * u_edge, u_edge, u_edge + v_edge, v_edge])
        points[:, 2] = np.maximum(points[:, 2], NEAREST)
        seen = np.array([(self.column(x, z), self.row(x, y, z)) for x, y, z in points.tolist()])
        seen = np.minimum(np.maximum(seen, -30000), 30000)
        (left, top), (stop, bottom) = seen.min(0).tolist(), seen.max(0).tolist()
        x0, y0 = max(0, int(left)), max(0, int(top))
        x1, y1 = min(self.size[1], int(stop) + 2), min(self.size[0], int(bottom) + 2)
        if x0 >= x1 or y0 >= y1 or self.depth[y0:y1, x0:x1].max() < points[:, 2].min():
            return
        inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillConvexPoly(inside, np.round(seen - 0.5 - (x0, y0)).astype(np.int32), 1)
        (a, b, c), (d, e, f) = u_edge, v_edge
        normal = np.array((b * f - c * e, c * d - a * f, a * e - b * d))
        normal /= np.sqrt(normal @ normal) + 1e-12
        to_plane = float(normal @ (origin - (0.0, self.camera.height, 0.0)))
        right, down = self.right[y0:y1, x0:x1], self.down[y0:y1, x0:x1]
        nx, ny, nz = (np.float32(part) for part in normal)
        cosine = nx * right - ny * down + nz
        slant = np.maximum(np.abs(cosine), np.float32(1e-6))
        z = np.minimum(np.maximum(np.float32(abs(to_plane)) / slant, points[:, 2].min()), points[:, 2].max())
        z = z.astype(np.float32)
        offset = (z * right - np.float32(origin[0]), np.float32(self.camera.height - origin[1]) - z * down,
                  z - np.float32(origin[2]))
        u, v = (sum(part * np.float32(share) for part, share in zip(offset, edge / (np.sqrt(edge @ edge) + 1e-12)))
                for edge in (u_edge, v_edge))
        facing = normal if to_plane < 0 else -normal
        colour = material(u, v, z / np.float32(self.focal) / np.maximum(slant, np.float32(0.1))) * self.light.on(facing)
        self.put(inside > 0, colour.astype(np.float32), z, y0, x0)

    def cutout(self, outline: np.ndarray, z: float, material: Material) -> None:
        """An upright board ``z`` metres ahead, cut along ``outline``, (N, 2): x and y, metres."""
        seen = np.array([(self.column(x, z), self.row(x, y, z)) for x, y in outline.tolist()])
        seen = np.round(np.clip(seen, -30000, 30000) - 0.5).astype(np.int32)
        x0, y0 = np.clip(seen.min(0), 0, self.size[::-1]).tolist()
        x1, y1 = np.clip(seen.max(0) + 1, 0, self.size[::-1]).tolist()
        if x0 >= x1 or y0 >= y1:
            return
        inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(inside, [seen - np.array((x0, y0), np.int32)], 1)
        u, v = z * self.right[y0:y1, x0:x1], self.camera.height - z * self.down[y0:y1, x0:x1]
        colour = material(u, v, np.full(u.shape, z / self.focal, np.float32)) * self.light.on(np.array((0, 0, -1.0)))
        self.put(inside > 0, colour.astype(np.float32), float(z), y0, x0)

    def box(self, low: tuple[float, float, float], high: tuple[float, float, float], side: Material,
            top: Material) -> None:
        """An upright box: its front, the flank turned to the camera, and its lid where the camera is above it."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        self.quad((x0, y0, z0), (x1 - x0, 0, 0), (0, y1 - y0, 0), side)
        if x0 > 0 or x1 < 0:
            self.quad((x0 if x0 > 0 else x1, y0, z0), (0, 0, z1 - z0), (0, y1 - y0, 0), side)
        if y1 < self.camera.height:
            self.quad((x0, y1, z0), (x1 - x0, 0, 0), (0, 0, z1 - z0), top)

"""Trees and bushes as stamps: a shape and its colours, to be laid on a canvas at one depth."""
from __future__ import annotations

import cv2
import numpy as np

from .canvas import Canvas
from .value_noise import field


def crown_shape(rng: np.random.Generator, kind: str, size: tuple[int, int]) -> np.ndarray:
    """The silhouette of a ``round`` or ``conifer`` tree or a ``bush`` that fills (h, w): bool."""
    down, across = np.linspace(0, 1, size[0])[:, None], np.linspace(-1, 1, size[1])[None]
    ragged = field(rng, size, 5, octaves=5, persistence=0.8)
    if kind == 'conifer':
        tiers = 0.75 + 0.25 * np.mod(down * rng.uniform(5, 9), 1)
        return (np.abs(across) + 0.12 * ragged < tiers * down) & (down < 0.93) | (np.abs(across) < 0.08) & (down > 0.5)
    stem = 0.3 if kind == 'round' else 0.0
    middle = (1 - stem) / 2
    crown = across**2 + ((down - middle) / middle)**2 + 0.3 * ragged < 0.95
    if kind == 'bush':
        return crown | (np.abs(across) < 0.6) & (down > 0.5)
    return crown | (np.abs(across) < 0.07) & (down > 0.4)


def bare_shape(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """The branches of a tree in winter that fill (h, w): bool."""
    drawn = np.zeros(size, np.uint8)
    height, width = size
    ends = [(width / 2, height - 1.0, -np.pi / 2, height * 0.3)]
    for level in range(5):
        grown = []
        for x, y, angle, length in ends:
            tip = (x + length * np.cos(angle), y + length * np.sin(angle))
            thick = max(1, round(height / 40 / (level + 1)))
            cv2.line(drawn, (int(x), int(y)), (int(tip[0]), int(tip[1])), 1, thick)
            grown += [(*tip, angle + rng.normal(turn, 0.2), length * rng.uniform(0.6, 0.85)) for turn in (-0.45, 0.4)]
        ends = grown
    return drawn > 0


def leafy(rng: np.random.Generator, canvas: Canvas, size: tuple[int, int], colour: np.ndarray) -> np.ndarray:
    """RGB of leaves in clumps, (h, w, 3) float32, brighter on the sun's side and darker below."""
    light = canvas.light
    clumps = field(rng, size, 6, octaves=6, persistence=0.85)
    side = np.linspace(-1, 1, size[1])[None] * light.towards[0] + np.linspace(1, -1, size[0])[:, None]
    sunny = np.clip(0.45 + 0.35 * side + 0.3 * clumps, 0, 1.3).astype(np.float32)
    return colour * (light.ambient * 0.8 + light.sun * sunny[..., None]) * np.clip(1 + 0.3 * clumps, 0.2, 2)[..., None]


def plant(rng: np.random.Generator, canvas: Canvas, kind: str, place: tuple[float, float, float], height: float,
          colour: np.ndarray) -> None:
    """Puts a ``round``, ``conifer`` or ``bare`` tree or a ``bush``, ``height`` metres tall, on ``place``."""
    x, y, z = place
    rows = int(np.clip(round(height * canvas.focal / z), 1, 2 * canvas.size[0]))
    wide = dict(round=0.7, conifer=0.42, bare=0.9, bush=1.6)[kind] * rng.uniform(0.8, 1.25)
    columns = max(1, round(wide * rows))
    foot, left = round(canvas.row(x, y, z)), round(canvas.column(x, z) - columns / 2)
    if left >= canvas.size[1] or left + columns <= 0 or foot - rows >= canvas.size[0] or foot <= 0:
        return
    size = (rows, columns)
    if min(size) < 3:
        canvas.put(np.ones(size, bool), colour * canvas.light.ambient, z, foot - rows, left)
    elif kind == 'bare':
        canvas.put(bare_shape(rng, size), colour * 0.6 * canvas.light.ambient, z, foot - rows, left)
    else:
        canvas.put(crown_shape(rng, kind, size), leafy(rng, canvas, size, colour), z, foot - rows, left)

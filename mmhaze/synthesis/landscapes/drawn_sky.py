"""A plain sky: a gradient and clouds."""
from __future__ import annotations

import numpy as np

from .materials import mix
from .value_noise import field


def draw_sky(rng: np.random.Generator, size: tuple[int, int], horizon: float) -> np.ndarray:
    """RGB, (H, W, 3) float32: blue, overcast or red, over the whole picture, with the horizon at this share of it."""
    kind, grey = rng.random(), rng.uniform(0.45, 1.0)
    low, high = grey * np.array((1, 1, 1.02)), grey * rng.uniform(0.6, 1.05) * np.array((0.97, 1, 1.03))
    if kind < 0.5:
        high = np.array((rng.uniform(0.15, 0.45), rng.uniform(0.35, 0.62), rng.uniform(0.65, 0.95)))
    elif kind > 0.92:
        low = np.array((rng.uniform(0.75, 1), rng.uniform(0.45, 0.75), rng.uniform(0.25, 0.55)))
    up = np.clip(1 - np.linspace(0, 1, size[0]) / max(horizon, 0.1), 0, 1)[:, None]
    sky = mix(low.astype(np.float32), high.astype(np.float32), np.broadcast_to(up**rng.uniform(0.4, 1.2), size))
    if rng.random() < 0.65:
        cover = field(rng, size, 3, octaves=5, stretch=2.5) + rng.uniform(-1.5, 1)
        shade = rng.uniform(0.7, 1.05) * (1 - 0.15 * np.clip(cover, 0, 1.5))
        share = np.clip(cover * rng.uniform(0.5, 2), 0, 1)
        sky = mix(sky, shade[..., None] * np.array((1, 1, 1.02), np.float32), share)
    return np.clip(sky, 0, 1)

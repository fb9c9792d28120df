"""Photos that are made here, for UCM to find something in."""
from __future__ import annotations

import cv2
import numpy as np

from mmhaze.physics import add_haze


def wall(beta: float) -> np.ndarray:
    """A textured wall receding to the right, seen through haze: (240, 320, 3) uint8."""
    depth = np.tile(np.linspace(0, 200, 320, dtype=np.float32), (240, 1))
    clear = np.random.default_rng(0).random((240, 320, 3), np.float32) * 0.6
    return (add_haze(clear, depth, beta=beta, airlight=1.0) * 255).round().astype(np.uint8)


def random_photo(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Blobs of several sizes and contrasts, so that all thresholds have something to decide."""
    photo = cv2.GaussianBlur(rng.integers(0, 256, (height, width, 3), np.uint8), (0, 0), rng.uniform(0.5, 6))
    photo = (photo.reshape(height, width, 3).astype(float) - 128) * rng.uniform(1, 6) + rng.uniform(60, 220)
    return photo.clip(0, 255).astype(np.uint8)

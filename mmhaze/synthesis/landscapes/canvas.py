"""What a landscape is painted on, and the noise and the colours it is painted with."""
from __future__ import annotations

import cv2
import numpy as np

SKY_DEPTH = 1000.0  # metres, as in mmhaze.synthesis.scenes
FARTHEST = 590.0    # of anything else

# BGR in [0, 1]: from, to; a surface has a colour between
PALETTES = {
    'grass': ((0.05, 0.16, 0.08), (0.25, 0.62, 0.50)),
    'dry': ((0.15, 0.30, 0.38), (0.45, 0.68, 0.80)),
    'leaves': ((0.02, 0.07, 0.03), (0.15, 0.40, 0.28)),
    'autumn': ((0.02, 0.12, 0.25), (0.15, 0.50, 0.85)),
    'rock': ((0.12, 0.12, 0.13), (0.60, 0.62, 0.66)),
    'sand': ((0.35, 0.50, 0.60), (0.65, 0.82, 0.93)),
    'snow': ((0.70, 0.70, 0.70), (1.00, 0.98, 0.97)),
    'earth': ((0.05, 0.09, 0.14), (0.25, 0.38, 0.52)),
    'stone': ((0.30, 0.32, 0.34), (0.75, 0.80, 0.84)),
    'brick': ((0.08, 0.10, 0.28), (0.30, 0.38, 0.70)),
    'white': ((0.75, 0.76, 0.77), (0.98, 0.99, 1.00)),
    'black': ((0.01, 0.01, 0.01), (0.10, 0.10, 0.10)),
    'water': ((0.10, 0.08, 0.03), (0.60, 0.50, 0.35)),
    'any': ((0.05, 0.05, 0.05), (0.95, 0.95, 0.95)),
}


class Canvas:
    """A picture that is painted from far to near.

    Attributes:
        rng: what all is drawn with.
        img: BGR, (H, W, 3) float32 in [0, 1].
        depth: metres, (H, W) float32.
        horizon: the row, pixels from the top, may lie outside of the picture.
        camera: the height of the camera over the ground, metres.
    """

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], horizon: float, camera: float) -> None:
        self.rng, self.size, self.horizon, self.camera = rng, size, horizon * size[0], camera
        self.img = np.zeros((*size, 3), np.float32)
        self.depth = np.full(size, SKY_DEPTH, np.float32)
        self.rows, self.columns = np.mgrid[:size[0], :size[1]].astype(np.float32)
        self.tilt = float(rng.normal(0, 0.02)) * (self.columns - size[1] / 2)
        self.sun = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.1, 0.6))  # which side is lit, and how much more

    def paint(self, mask: np.ndarray, colour: np.ndarray, depth: np.ndarray | float) -> None:
        """``colour``, (H, W, 3), and ``depth``, (H, W) or one, where ``mask`` is true."""
        self.img[mask] = np.clip(colour, 0, 1)[mask]
        self.depth[mask] = np.broadcast_to(np.clip(depth, 0.3, FARTHEST), self.size)[mask]

    def ground_depth(self) -> np.ndarray:
        """Of a level ground, metres, (H, W); the farthest above the horizon."""
        below = self.rows + self.tilt - self.horizon
        return self.camera * self.size[1] / np.maximum(below, self.camera * self.size[1] / FARTHEST)

    def foot(self, depth: float) -> float:
        """The row in which something of this depth stands on the ground."""
        return self.horizon + self.camera * self.size[1] / depth

    def pixels(self, metres: float, depth: float) -> float:
        """How long so many metres are at this depth."""
        return metres * self.size[1] / depth

    def field(self, cells: float, octaves: int = 4, persistence: float = 0.6, stretch: float = 1.0) -> np.ndarray:
        """Smooth noise of mean 0 and a deviation of about 1, (H, W) float32; ``cells`` along the height at first."""
        height, width = self.size
        total, square = np.zeros(self.size, np.float32), 0.0
        for octave in range(octaves):
            rows = max(2, min(height, round(cells * 2**octave)))
            columns = max(2, min(width, round(cells * 2**octave * width / height / stretch)))
            grid = self.rng.standard_normal((rows, columns), np.float32)
            total += persistence**octave * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
            square += persistence**(2 * octave)
        return total / np.float32(np.sqrt(square))

    def colour(self, palette: str) -> np.ndarray:
        """One of a palette, (3,)."""
        low, high = np.array(PALETTES[palette], np.float32)
        if palette == 'any':
            return (low + (high - low) * self.rng.random(3)).astype(np.float32)
        return (low + (high - low) * self.rng.random() + self.rng.normal(0, 0.03, 3)).clip(0, 1).astype(np.float32)

    def surface(self, first: str, second: str | None = None, rough: float = 0.25, cells: float = 12,
                stretch: float = 1.0) -> np.ndarray:
        """A surface of one or two colours in patches, with texture, (H, W, 3)."""
        colour = np.broadcast_to(self.colour(first), (*self.size, 3))
        if second is not None:
            patches = 1 / (1 + np.exp(-3 * self.field(3, 4, stretch=stretch) + self.rng.normal(0, 1)))
            colour = colour + (self.colour(second) - colour) * patches[..., None].astype(np.float32)
        texture = np.exp(rough * self.rng.uniform(0.2, 1) * self.field(cells, 4, 0.8, stretch))
        return colour * texture[..., None]

    def choose(self, *names: str) -> str:
        """One of the names."""
        return names[int(self.rng.integers(len(names)))]

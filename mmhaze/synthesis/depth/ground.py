r"""The depth of a flat, open plain: no files and no network, for tests, for trying out and for want of better.

A camera at height h that looks along the horizon sees a point of the ground y pixels below it at depth
:math:`D = h f / (y - y_h)`. All above the horizon is sky, whatever the photo shows there.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

# focal length over the longer side of the photo where it is not known: 64 degrees, as phones and car cameras have it
FOCAL_RATIO = 0.8


@dataclass(frozen=True)
class GroundPlane:
    """Depth by the row alone.

    Attributes:
        camera_height: h, metres, above 0.
        horizon: how far down the horizon lies, as a share of the photo's height, in [0, 1).
        focal: f, pixels, above 0; 0.8 of the photo's longer side where it is None.
    """

    camera_height: float = 1.5
    horizon: float = 0.45
    focal: float | None = None

    def __post_init__(self) -> None:
        if not (self.camera_height > 0 and 0 <= self.horizon < 1 and (self.focal is None or self.focal > 0)):
            raise ValueError('camera_height is in metres and focal in pixels, both above 0, and horizon a share of the '
                             f'height in [0, 1); got {self}.')

    @property
    def name(self) -> str:
        focal = '' if self.focal is None else f' focal={self.focal}'
        return f'ground camera_height={self.camera_height} horizon={self.horizon}{focal}'

    def depth_of(self, path: Path, photo: np.ndarray) -> np.ndarray:
        """See :class:`mmhaze.synthesis.depth.DepthSource`."""
        height, width = photo.shape[:2]
        focal = FOCAL_RATIO * max(height, width) if self.focal is None else self.focal
        below = np.arange(height) + 0.5 - self.horizon * height  # pixels, from the middle of each row
        depth = np.full(height, np.inf)
        depth[below > 0] = self.camera_height * focal / below[below > 0]
        return np.repeat(depth.astype(np.float32)[:, None], width, axis=1)

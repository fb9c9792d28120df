"""Videos and cameras for tests."""
from __future__ import annotations

import cv2
import numpy as np

from mmhaze.io.frames import Frames
from mmhaze.io.media import Video
from mmhaze.synthesis.scenes import render_scene


def scenes(count: int, size: tuple[int, int] = (96, 128)) -> list[np.ndarray]:
    return [render_scene(seed, size)[0] for seed in range(count)]


def read_video(path) -> tuple[float | None, list[np.ndarray]]:
    with Frames(Video(path, 'a')) as frames:
        return frames.fps, list(frames)


class FakeCamera:
    """Stands for a camera of OpenCV that gives ``pictures``, and then no more."""

    def __init__(self, pictures, fps=0.0):
        self.pictures, self.fps, self.released = iter(pictures), fps, False

    def isOpened(self):
        return True

    def get(self, name):
        return self.fps if name == cv2.CAP_PROP_FPS else -1.0

    def read(self):
        picture = next(self.pictures, None)
        return picture is not None, picture

    def release(self):
        self.released = True

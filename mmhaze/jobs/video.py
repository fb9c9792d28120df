"""A video that a job writes, frame by frame."""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .outputs import part_of


class VideoFile:
    """An ``.mp4`` that grows frame by frame under another name, and has its own once it is closed; a context manager.

    The first frame sets the size, and frames of another are fitted to it. Without a frame there is no file.

    Attributes:
        fitted: how many frames had to be.
    """

    def __init__(self, path: Path, fps: float) -> None:
        self.path, self.fps, self.fitted = path, fps, 0
        self._part = part_of(path).with_suffix('.part.mp4')  # OpenCV knows the format by the suffix
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._frames = 0

    def add(self, frame: np.ndarray) -> None:
        """Writes a frame, (H, W, 3) or (H, W) uint8.

        Raises:
            OSError: the video cannot be begun.
        """
        if frame.ndim == 2:
            frame = cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR)
        size = (frame.shape[1], frame.shape[0])
        if self._writer is None:
            self._size = size
            self._writer = cv2.VideoWriter(str(self._part), cv2.VideoWriter.fourcc(*'mp4v'), self.fps, size)
            if not self._writer.isOpened():
                raise OSError(f'{self.path} cannot be written: OpenCV begins no video of {size[0]} x {size[1]} pixels '
                              f'and {self.fps:g} frames a second there.')
        if size != self._size:
            frame = cv2.resize(frame, self._size, interpolation=cv2.INTER_AREA)
            self.fitted += 1
        self._writer.write(frame)
        self._frames += 1

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        if self._writer is None:
            return
        self._writer.release()
        # where the disk is full OpenCV says nothing, so what it wrote is looked at
        written = cv2.VideoCapture(str(self._part))
        whole = 0 < self._frames == int(written.get(cv2.CAP_PROP_FRAME_COUNT))
        written.release()
        if whole:
            self._part.replace(self.path)
            return
        self._part.unlink(missing_ok=True)
        if kind is None:
            raise OSError(f'{self.path} did not come out whole. The disk may be full.')

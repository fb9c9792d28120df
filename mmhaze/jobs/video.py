"""A video that a job writes, frame by frame: H.264 by PyAV, or MPEG-4 part 2 by OpenCV where PyAV is not there."""
from __future__ import annotations

import errno
import os
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from ..io.frames import Frame, av_errors
from .h264 import H264Writer, has_h264
from .outputs import part_of

PLAIN = ('Videos are MPEG-4 part 2 without sound and at a constant rate, which browsers do not play. For H.264 with '
         'the sound of the source say pip install "mmhaze[video]", or convert them: ffmpeg -i VIDEO.mp4 -i SOURCE '
         '-map 0:v -map 1:a? -c:v libx264 -pix_fmt yuv420p NEW.mp4')


class VideoFile:
    """An ``.mp4`` that grows frame by frame under another name, and has its own once it is closed; a context manager.

    The first frame sets the size, and frames of another are fitted to it. Without a frame there is no file.

    Args:
        path: the file.
        fps: frames a second, for frames without a time.
        source: the video that it is made of, whose sound, clock and colours it takes over; PyAV reads it.

    Attributes:
        fitted: how many frames had to be.
        notes: what is to be said of it, a line each.
        ended: set where all of the source was gone through, so that the rest of its sound is wanted.
    """

    def __init__(self, path: Path, fps: float, source: Path | None = None) -> None:
        self.path, self.fps, self.source, self.fitted = path, fps, source, 0
        self.notes: list[str] = []
        self.ended = False
        self._part = part_of(path).with_suffix('.part.mp4')  # OpenCV knows the format by the suffix
        self._writer: H264Writer | _Mpeg4Writer | None = None
        self._size = (0, 0)
        self._frames = 0

    def add(self, img: np.ndarray, time: Fraction | None = None, lasts: Fraction | None = None) -> None:
        """Writes a frame, (H, W, 3) or (H, W) uint8; see :class:`mmhaze.io.frames.Frame` for when it is shown.

        Raises:
            OSError: the video cannot be begun, or the frame cannot be written.
        """
        if img.ndim == 2:
            img = cv2.cvtColor(img, cv2.COLOR_GRAY2BGR)
        size = (img.shape[1], img.shape[0])
        try:
            if self._writer is None:
                self._writer, self._size = self._begin(size), size
                self.notes = self._writer.notes
            if size != self._size:
                img = cv2.resize(img, self._size, interpolation=cv2.INTER_AREA)
                self.fitted += 1
            self._writer.add(Frame(img, time, lasts))
        except (OSError, *av_errors()) as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error
        self._frames += 1

    def _begin(self, size: tuple[int, int]) -> H264Writer | _Mpeg4Writer:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return (H264Writer(self._part, size, self.fps, self.source) if has_h264() else
                _Mpeg4Writer(self._part, size, self.fps))

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        whole, reason = False, 'The disk may be full.'
        if self._writer is not None:
            try:
                self._writer.close(self.ended)
                # where the disk is full writers may say nothing, so what was written is looked at
                whole = 0 < self._frames == self._writer.count()
                with self._part.open('rb+') as stream:
                    os.fsync(stream.fileno())  # else a power cut may leave the new name without the data
            except (OSError, *av_errors()) as error:
                whole, reason = False, f'{error.strerror}.'
        if whole:
            self._part.replace(self.path)
            return
        self._part.unlink(missing_ok=True)
        if kind is None and self._writer is not None:
            raise OSError(f'{self.path} did not come out whole. {reason}')


class _Mpeg4Writer:
    """An ``.mp4`` by OpenCV, at a constant rate."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        self.notes, self._path = [PLAIN], path
        self._writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'mp4v'), fps, size)
        if not self._writer.isOpened():
            raise OSError(errno.EINVAL, f'OpenCV begins no video of {size[0]} x {size[1]} pixels and {fps:g} frames a '
                          'second there')

    def add(self, frame: Frame) -> None:
        self._writer.write(frame.img)

    def close(self, ended: bool) -> None:
        self._writer.release()

    def count(self) -> int:
        written = cv2.VideoCapture(str(self._path))
        count = int(written.get(cv2.CAP_PROP_FRAME_COUNT))
        written.release()
        return count

"""Going through a video or a camera, and writing videos: what UCM and prediction share."""
from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import cv2
import numpy as np

from ..io.media import Frames, Video
from ..io.progress import show_progress
from .outputs import part_of

FALLBACK_FPS = 25.0
# a container may work its count out from a rounded duration
COUNT_TOLERANCE = 0.01


@dataclass
class RunSummary:
    """What came of a run over photos, a video or a camera.

    Attributes:
        pictures: photos or frames that were read.
        problems: what could not be read, and why, a line each.
        notes: what else there is to say, a line each.
        stopped: whether it was ended early.
        wall: seconds from beginning to end.
    """

    pictures: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: bool = False
    wall: float = 0.0


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


def follow_video(video: Video, limit: int | None, summary: RunSummary, stopped: Callable[[], bool], label: str,
                 work: Callable[[Iterable[np.ndarray], float], Generator[None, None, None]]) -> None:
    """Hands the frames of a video or a camera to ``work``, no more than ``limit``, and says what is wrong with them.

    Args:
        video, limit: what to go through.
        summary: gets the problems and notes, and whether it was stopped.
        stopped: asked once at the end.
        label: of the progress.
        work: gets the frames and how many there are a second; counts each frame in ``summary.pictures`` and yields once
            it is done. It is not called where there is no frame, so that the run before keeps its results.
    """
    try:
        frames = Frames(video)
    except ValueError as error:
        summary.problems.append(str(error))
        return
    with frames:
        images = islice(frames, limit)
        first = next(images, None)
        if first is None:
            summary.problems.append(f'{video.name} gives no picture.')
            return
        if frames.fps is None:
            summary.notes.append(f'{video.name} does not say its frames a second; {FALLBACK_FPS:g} are taken.')
        expected = min((count for count in (limit, frames.announced) if count), default=None)
        # nobody knows how long a camera goes on
        with show_progress(expected, label=label, unit='frames') if expected else nullcontext(_ignore) as advance, \
                closing(work(chain([first], images), frames.fps or FALLBACK_FPS)) as done:
            for _ in done:
                advance(1)
        summary.stopped = stopped()
        if summary.stopped or summary.pictures == limit:
            return
        if isinstance(video.source, int):
            summary.problems.append(f'{video.name} gives no more pictures after {summary.pictures}.')
        elif summary.pictures < (1 - COUNT_TOLERANCE) * frames.announced - 1:
            summary.problems.append(f'{video.source} announces {frames.announced} frames and gives '
                                    f'{summary.pictures}: it is damaged or cut short.')


def note_fitted(files: Iterable[VideoFile], summary: RunSummary) -> None:
    """Says how many frames had to be fitted, if any."""
    fitted = max((file.fitted for file in files), default=0)
    if fitted:
        summary.notes.append(f'{fitted} frames are of another size than the first, and were fitted to it.')


def _ignore(done: int) -> None:
    pass

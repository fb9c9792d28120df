"""UCM over a video or a camera: videos of the haze, and a table with a row a frame.

The folder is as :mod:`mmhaze.apis.ucm_report` has it, but that overlays and masks are a video each. There are no
segments, as each frame's has another size.
"""
from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import cv2
import numpy as np

from ..media import Frames, Video, map_in_order
from ..progress import show_progress
from .outputs import Table, part_of
from .ucm_report import COLUMNS, KINDS, Summary, UcmJob, UcmRow

FALLBACK_FPS = 25.0
# a container may work its count out from a rounded duration
COUNT_TOLERANCE = 0.01


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
        whole = int(written.get(cv2.CAP_PROP_FRAME_COUNT)) == self._frames
        written.release()
        if whole:
            self._part.replace(self.path)
            return
        self._part.unlink(missing_ok=True)
        if kind is None:
            raise OSError(f'{self.path} did not come out whole. The disk may be full.')


def run_video(job: UcmJob, video: Video, limit: int | None = None) -> Summary:
    """Goes through a video or a camera, no further than ``limit`` frames.

    Raises:
        ValueError: the video lies where this run would write.
        OSError: something cannot be written; what was written so far is kept.
    """
    start, summary = time.perf_counter(), Summary()
    if isinstance(video.source, Path):
        job.folder.refuse_as_input([video.source], KINDS)
    try:
        frames = Frames(video)
    except ValueError as error:
        summary.problems.append(str(error))
        return summary
    with frames:
        images = islice(frames, limit)
        first = next(images, None)
        if first is None:
            summary.problems.append(f'{video.name} gives no picture.')
        else:
            _run_frames(job, video, frames, chain([first], images), limit, summary)
    summary.wall = time.perf_counter() - start
    return summary


def _run_frames(job: UcmJob, video: Video, frames: Frames, images: Iterable[np.ndarray], limit: int | None,
                summary: Summary) -> None:
    if 'segments' in job.kinds:
        summary.notes.append('Segments are not made of a video, as those of its frames have a size each.')
        job = replace(job, kinds=[kind for kind in job.kinds if kind != 'segments'])
    job.folder.begin(job.kinds)
    if frames.fps is None:
        summary.notes.append(f'{video.name} does not say its frames a second; {FALLBACK_FPS:g} are taken.')
    expected = min((count for count in (limit, frames.announced) if count), default=None)

    def run_frame(frame: np.ndarray) -> tuple[UcmRow, dict[str, np.ndarray]]:
        row, regions = job.measure(frame, video.name)
        return row, {kind: picture for kind, _, picture in job.draw(frame, regions)}

    with contextlib.ExitStack() as stack:
        table = stack.enter_context(Table(job.folder.table, ['frame', *COLUMNS]))
        name = video.name[:-len('.mp4')] if video.name.endswith('.mp4') else video.name
        files = {kind: stack.enter_context(VideoFile(job.folder.place(kind, name, '.mp4'), frames.fps or FALLBACK_FPS))
                 for kind in job.kinds}
        # nobody knows how long a camera goes on
        advance = stack.enter_context(show_progress(expected, label='UCM', unit='frames')) if expected else None
        for row, pictures in map_in_order(run_frame, images, job.workers, job.stopped):
            table.add(dict(row.cells(), frame=str(summary.pictures)))
            summary.add(row)
            for kind, picture in pictures.items():
                files[kind].add(picture)
            if advance:
                advance(1)
    summary.stopped = job.stopped()
    fitted = max((file.fitted for file in files.values()), default=0)
    if fitted:
        summary.notes.append(f'{fitted} frames are of another size than the first, and were fitted to it.')
    if summary.stopped or summary.pictures == limit:
        return
    if isinstance(video.source, int):
        summary.problems.append(f'{video.name} gives no more pictures after {summary.pictures}.')
    elif summary.pictures < (1 - COUNT_TOLERANCE) * frames.announced - 1:
        summary.problems.append(f'{video.source} announces {frames.announced} frames and gives {summary.pictures}: '
                                'it is damaged or cut short.')

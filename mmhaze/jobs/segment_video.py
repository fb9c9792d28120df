"""UCM over a video or a camera: videos of the haze, and a table with a row a frame.

The folder is as :mod:`mmhaze.jobs.segment` has it, but that overlays and masks are a video each. There are no
segments, as each frame's has another size.
"""
from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..io.media import Video, map_in_order
from .outputs import Table
from .segment import COLUMNS, KINDS, Summary, UcmJob, UcmRow
from .video import VideoFile, follow_video, note_fitted


def run_video(job: UcmJob, video: Video, limit: int | None = None) -> Summary:
    """Goes through a video or a camera, no further than ``limit`` frames.

    Raises:
        ValueError: the video lies where this run would write.
        OSError: something cannot be written; what was written so far is kept.
    """
    start, summary = time.perf_counter(), Summary()
    if isinstance(video.source, Path):
        job.folder.refuse_as_input([video.source], KINDS)
    follow_video(video, limit, summary, job.stopped, 'UCM',
                 lambda images, fps: _segment_frames(job, video, images, fps, summary))
    summary.wall = time.perf_counter() - start
    return summary


def _segment_frames(job: UcmJob, video: Video, images: Iterable[np.ndarray], fps: float,
                    summary: Summary) -> Generator[None, None, None]:
    if 'segments' in job.kinds:
        job = replace(job, kinds=[kind for kind in job.kinds if kind != 'segments'])
        summary.notes.append('Segments are not made of a video, as those of its frames have a size each.')
    job.folder.begin(job.kinds)

    def segment(frame: np.ndarray) -> tuple[UcmRow, dict[str, np.ndarray]]:
        row, regions = job.measure(frame, video.name)
        return row, {kind: picture for kind, _, picture in job.draw(frame, regions)}

    with contextlib.ExitStack() as stack:
        table = stack.enter_context(Table(job.folder.table, ['frame', *COLUMNS]))
        name = video.name.removesuffix('.mp4')
        files = {kind: stack.enter_context(VideoFile(job.folder.place(kind, name, '.mp4'), fps)) for kind in job.kinds}
        for row, pictures in map_in_order(segment, images, job.workers, job.stopped):
            table.add(dict(row.cells(), frame=str(summary.pictures)))
            summary.add(row)
            for kind, picture in pictures.items():
                files[kind].add(picture)
            yield
    note_fitted(files.values(), summary)

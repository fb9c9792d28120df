"""Photos or a video without their haze, in a folder.

``dehazed/``
    Each photo, at its own path with one more suffix; of a video one video.
``compare/``
    The photo before and after side by side, with how hazy each of them is.
``dehaze.csv``
    A row a photo: passes, seconds, and, before and after, its level where the judge was trained, the share that UCM
    calls haze, and the three measures of :class:`~mmhaze.apis.inferencer.HazePrediction` where it was not. As long as
    the run lasts it is ``.dehaze.csv.part``.
"""
from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..apis.dehaze_inferencer import DehazeInferencer, DehazeResult
from ..apis.inferencer import HazePrediction
from ..apis.inputs import PhotoSource, sources_of
from ..io.media import Photos, Video, map_in_order, until
from ..io.progress import show_progress
from .outputs import OutputFolder, Table, as_text
from .pictures import draw_comparison
from .video import RunSummary, VideoFile, follow_video, note_fitted

KINDS = ('dehazed', 'compare')
TABLE = 'dehaze.csv'
JUDGED = ('level', 'expected_level', 'mask_share', 'haze_factor', 'dark_channel', 'saturation')
COLUMNS = ('file', 'passes', *(f'{name}_{when}' for name in JUDGED for when in ('before', 'after')), 'seconds')


@dataclass
class DehazeSummary(RunSummary):
    """What came of a run.

    Attributes:
        seconds: what the network took for all pictures.
        before, after: the judge's answers; empty without one.
    """

    seconds: float = 0.0
    before: list[HazePrediction] = field(default_factory=list)
    after: list[HazePrediction] = field(default_factory=list)

    def add(self, result: DehazeResult) -> None:
        """Counts a picture."""
        self.pictures += 1
        self.seconds += result.seconds
        if result.before is not None and result.after is not None:
            self.before.append(result.before)
            self.after.append(result.after)


@dataclass(frozen=True)
class DehazeJob:
    """What to do with photos or a video.

    Attributes:
        out: the folder to write.
        inferencer: what takes the haze away.
        kinds: which of ``KINDS`` to write besides the table.
        suffix: of the dehazed photos, ``'.png'`` or ``'.jpg'``; comparisons are JPEG.
        stopped: asked between pictures, ends the run early, see :func:`mmhaze.io.media.stop_on_interrupt`.
    """

    out: Path
    inferencer: DehazeInferencer
    kinds: Collection[str] = KINDS
    suffix: str = '.png'
    stopped: Callable[[], bool] = lambda: False

    @property
    def folder(self) -> OutputFolder:
        """The folder to write."""
        return OutputFolder(self.out, TABLE, KINDS)

    def draw(self, result: DehazeResult) -> Iterator[tuple[str, str, np.ndarray]]:
        """What to write of a picture: kind, suffix, picture."""
        if 'dehazed' in self.kinds:
            yield 'dehazed', self.suffix, result.dehazed
        if 'compare' in self.kinds:
            yield 'compare', '.jpg', draw_comparison(result.hazy, result.dehazed, result.before, result.after)


def dehaze_photos(job: DehazeJob, photos: Photos) -> DehazeSummary:
    """Goes through photos; a photo that cannot be read is a problem of the summary, and the rest goes on.

    Raises:
        ValueError: a photo lies where this run would write.
        OSError: something cannot be written; the rows so far are kept.
    """
    start, summary = time.perf_counter(), DehazeSummary(problems=list(photos.unlisted))
    job.folder.refuse_as_input((photos.root / name for name in photos.names), KINDS)
    job.folder.begin(job.kinds)
    results = job.inferencer.stream_sources(sources_of(photos, job.stopped), keep_going=True)
    with Table(job.folder.table, COLUMNS) as table, \
            show_progress(len(photos.names), label='Dehazing', unit='photos') as advance:
        for result in map_in_order(lambda each: _write(job, photos.root, each), results, job.inferencer.workers):
            if result.problem:
                summary.problems.append(result.problem)
            else:
                table.add(cells_of(result))
                summary.add(result)
            advance(1)
    summary.stopped = job.stopped()
    summary.wall = time.perf_counter() - start
    return summary


def dehaze_video(job: DehazeJob, video: Video, limit: int | None = None) -> DehazeSummary:
    """Goes through a video or a camera, no further than ``limit`` frames; rows have the column ``frame``.

    Each frame is dehazed by itself, so brightness may flicker.

    Raises:
        ValueError: the video lies where this run would write.
        OSError: something cannot be written; what was written so far is kept.
    """
    start, summary = time.perf_counter(), DehazeSummary()
    if isinstance(video.source, Path):
        job.folder.refuse_as_input([video.source], KINDS)
    follow_video(video, limit, summary, job.stopped, 'Dehazing',
                 lambda images, fps: _dehaze_frames(job, video, images, fps, summary))
    summary.wall = time.perf_counter() - start
    return summary


def cells_of(result: DehazeResult) -> dict[str, str]:
    """A row of ``dehaze.csv``, by ``COLUMNS``."""
    known = {f'{name}_{when}': getattr(seen, name, None)
             for name in JUDGED for when, seen in (('before', result.before), ('after', result.after))}
    known.update(file=result.file, passes=result.passes, seconds=result.seconds)
    return {name: as_text(known[name]) for name in COLUMNS}


def _dehaze_frames(job: DehazeJob, video: Video, images: Iterable[np.ndarray], fps: float,
                   summary: DehazeSummary) -> Generator[None, None, None]:
    job.folder.begin(job.kinds)
    sources = (PhotoSource(video.name, lambda frame=frame: frame)  # type: ignore[misc]
               for frame in until(images, job.stopped))
    with contextlib.ExitStack() as stack:
        table = stack.enter_context(Table(job.folder.table, ['frame', *COLUMNS]))
        name = video.name.removesuffix('.mp4')
        files = {kind: stack.enter_context(VideoFile(job.folder.place(kind, name, '.mp4'), fps)) for kind in job.kinds}
        for result in job.inferencer.stream_sources(sources):
            table.add(dict(cells_of(result), frame=str(summary.pictures)))
            summary.add(result)
            for kind, _, picture in job.draw(result):
                files[kind].add(picture)
            yield
    note_fitted(files.values(), summary)


def _write(job: DehazeJob, root: Path, result: DehazeResult) -> DehazeResult:
    """Writes the pictures of a photo and lets go of them; where that cannot be done the result says why."""
    problem = result.problem or job.folder.write(root / result.file, result.file, job.draw(result))
    nothing = np.zeros((0, 0, 3), np.uint8)
    return replace(result, hazy=nothing, dehazed=nothing, problem=problem)

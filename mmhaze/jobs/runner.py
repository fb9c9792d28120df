"""Goes through photos, a video or a camera for any job: answers, pictures, tables, progress, a stop.

An answer that cannot be had is a problem of the summary, and the rest goes on. Tables and summary have the order of the
photos, whatever the number of threads.
"""
from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Generic, cast

from ..apis.inputs import PhotoSource, sources_of
from ..io.media import Frames, Photos, Video, map_in_order, until
from ..io.progress import show_progress
from .job import Answer, Found, Job, Summary, TallyOf
from .outputs import GrowingLines, GrowingTable, OutputFolder
from .video import VideoFile

FALLBACK_FPS = 25.0
# a container may work its count out from a rounded duration
COUNT_TOLERANCE = 0.01


def run_job(job: Job[Found, TallyOf], media: Photos | Video, *, limit: int | None = None,
            stopped: Callable[[], bool] = lambda: False,
            tell: Callable[[Answer[Found]], None] | None = None) -> Summary[TallyOf]:
    """Does a job over photos, a video or a camera; of the latter two the rows have the column ``frame``.

    Args:
        job: what to do.
        media: what :func:`mmhaze.io.media.find_media` found.
        limit: frames of a video or a camera to take at most.
        stopped: asked before each photo or frame is taken; ends the run early, see
            :func:`mmhaze.io.media.stop_on_interrupt`. What was taken is finished.
        tell: called with each answer, in order and as it comes; progress is shown where there is none.

    Raises:
        ValueError: an input lies where this run would write, or the job is for photos alone and got a video.
        OSError: something cannot be written, as when the disk is full; what was written so far is kept.
    """
    start, run = time.perf_counter(), _Run(job, Summary(job.tally()), stopped, tell)
    if isinstance(media, Photos):
        run.go_through_photos(media)
    else:
        run.go_through_video(media, limit)
    run.summary.wall = time.perf_counter() - start
    return run.summary


@dataclass
class _Run(Generic[Found, TallyOf]):
    job: Job[Found, TallyOf]
    summary: Summary[TallyOf]
    stopped: Callable[[], bool]
    tell: Callable[[Answer[Found]], None] | None

    def go_through_photos(self, photos: Photos) -> None:
        folder = self.job.folder
        self.summary.problems += photos.unlisted
        self.summary.passed = photos.passed
        if folder is not None:
            folder.refuse_as_input(photos.root / name for name in photos.names)

        def write(answer: Answer[Found]) -> Answer[Found]:
            """Writes the pictures and lets go of them."""
            problem = answer.problem
            if folder is not None and not problem:
                problem = folder.write(photos.root / answer.file, answer.file, answer.pictures)
            return Answer(answer.file, None if problem else answer.found, problem)

        notes: dict[str, None] = {}  # each once: a photo may be read a second time, to draw it
        taken = self._answer(folder, sources_of(photos, self.stopped, notes.setdefault), write, len(photos.names))
        self.summary.notes += sorted(notes)
        self.summary.stopped = taken < len(photos.names)

    def go_through_video(self, video: Video, limit: int | None) -> None:
        """Where there is no frame nothing is written, so that the run before keeps its results."""
        summary, folder = self.summary, self.job.folder
        if set(self.job.KINDS) <= set(self.job.PHOTO_KINDS):
            raise ValueError(f'{self.job.KINDS[0]} are made of photos, got {video.name}. Take a frame out of it.')
        if folder is not None and isinstance(video.source, Path):
            folder.refuse_as_input([video.source])
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
            sources = (PhotoSource(video.name, lambda frame=frame: frame)  # type: ignore[misc]
                       for frame in until(chain([first], images), self.stopped))
            expected = min((count for count in (limit, frames.announced) if count), default=None)
            self._answer_frames(sources, expected, video, frames.fps or FALLBACK_FPS)
            summary.stopped = self.stopped()
            if summary.stopped or summary.pictures == limit:
                return
            if isinstance(video.source, int):
                summary.problems.append(f'{video.name} gives no more pictures after {summary.pictures}.')
            elif summary.pictures < (1 - COUNT_TOLERANCE) * frames.announced - 1:
                summary.problems.append(f'{video.source} announces {frames.announced} frames and gives '
                                        f'{summary.pictures}: it is damaged or cut short.')

    def _answer_frames(self, sources: Iterable[PhotoSource], expected: int | None, video: Video, fps: float) -> None:
        files, notes = {}, self.summary.notes
        with ExitStack() as stack:
            if self.job.out is not None:
                notes += [f'{kind.capitalize()} are not made of a video, as those of its frames have a size each.'
                          for kind in self.job.kinds if kind in self.job.PHOTO_KINDS]
                kinds = [kind for kind in self.job.kinds if kind not in self.job.PHOTO_KINDS]
                self.job = replace(self.job, kinds=kinds)  # type: ignore[call-arg]  # a field of each job
            folder = self.job.folder
            if folder is not None:
                name = video.name.removesuffix('.mp4')
                files = {kind: stack.enter_context(VideoFile(folder.place(kind, name, '.mp4'), fps))
                         for kind in folder.made}

            def draw(answer: Answer[Found]) -> Answer[Found]:
                return replace(answer, pictures=() if folder is None else tuple(answer.pictures))

            self._answer(folder, sources, draw, expected, files)
        fitted = max((file.fitted for file in files.values()), default=0)
        if fitted:
            notes.append(f'{fitted} frames are of another size than the first, and were fitted to it.')

    def _answer(self, folder: OutputFolder | None, sources: Iterable[PhotoSource],
                finish: Callable[[Answer[Found]], Answer[Found]], expected: int | None,
                files: Mapping[str, VideoFile] | None = None) -> int:
        """How many photos, or frames where there are ``files``, were taken; ``finish`` is done on threads."""
        job, taken, of_video = self.job, 0, files is not None
        tables: list[GrowingLines] = []
        with ExitStack() as stack:
            # nobody knows how long a camera goes on
            advance = stack.enter_context(
                show_progress(expected, label=job.LABEL, unit='frames' if of_video else 'photos')
                if expected and not self.tell else nullcontext(lambda count: None))
            for answer in map_in_order(lambda item: finish(job.answer(item)),
                                       job.stream(sources, keep_going=not of_video), job.workers):
                taken += 1
                if answer.found is None:
                    self.summary.problems.append(answer.problem or f'{answer.file} has no answer.')
                else:
                    if folder is not None and not self.summary.pictures:
                        tables = _begin(job, folder, ['frame'] if of_video else [], stack)
                    _add_row(job, tables, answer.found, {'frame': self.summary.pictures} if of_video else {})
                    self.summary.pictures += 1
                    self.summary.tally.add(answer.found)
                    for kind, _, picture in answer.pictures:
                        cast('Mapping[str, VideoFile]', files)[kind].add(picture)
                if self.tell:
                    self.tell(answer)
                advance(1)
        return taken


def _begin(job: Job[Any, Any], folder: OutputFolder, first: Sequence[str], stack: ExitStack) -> list[GrowingLines]:
    """Begins the folder and opens its tables; ``first`` are the columns before those of the job."""
    folder.begin()
    return [stack.enter_context(GrowingTable(path, [*first, *job.COLUMNS]) if path.suffix == '.csv' else
                                GrowingLines(path)) for path in folder.tables]


def _add_row(job: Job[Found, Any], tables: Sequence[GrowingLines], found: Found, cells: Mapping[str, int]) -> None:
    for table in tables:
        if isinstance(table, GrowingTable):
            table.add({name: str(value) for name, value in cells.items()} | job.row(found))
        else:
            table.add_line(job.line(found, cells))

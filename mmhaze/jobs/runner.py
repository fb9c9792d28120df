"""Goes through photos, videos or a camera for any job: answers, pictures, tables, progress, a stop.

An answer that cannot be had is a problem of the summary, and the rest goes on. Tables and summary have the order of the
photos, whatever the number of threads.
"""
from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Generic

import numpy as np

from ..apis.inputs import PhotoSource, sources_of
from ..io.frames import Frame, Frames
from ..io.media import Photos, Video, map_in_order, until
from ..io.progress import show_progress
from ..io.search import VIDEO_SUFFIXES
from .job import Answer, Found, Job, Summary, TallyOf
from .outputs import GrowingLines, GrowingTable, OutputFolder
from .video import VideoFile

NO_IMAGE = np.empty((0, 0, 3), np.uint8)
FALLBACK_FPS = 25.0


def run_job(job: Job[Found, TallyOf], media: Photos | Video, *, limit: int | None = None,
            stopped: Callable[[], bool] = lambda: False,
            tell: Callable[[Answer[Found]], None] | None = None) -> Summary[TallyOf]:
    """Does a job over photos, videos or a camera; where there are frames the rows have the column ``frame``.

    Args:
        job: what to do.
        media: what :func:`mmhaze.io.media.find_media` found; its photos come first, then its videos in turn.
        limit: frames of each video or of a camera to take at most.
        stopped: asked before each photo or frame is taken; ends the run early, see
            :func:`mmhaze.io.media.stop_on_interrupt`. What was taken is finished.
        tell: called with each answer, in order and as it comes; progress is shown where there is none.

    Raises:
        ValueError: an input lies where this run would write, or the job is for photos alone and got a video.
        OSError: something cannot be written, as when the disk is full; what was written so far is kept.
    """
    start, summary = time.perf_counter(), Summary(job.tally())
    photos, videos = (media, media.videos) if isinstance(media, Photos) else (None, (media,))
    if videos and set(job.KINDS) <= set(job.PHOTO_KINDS):
        raise ValueError(f'{job.KINDS[0]} are made of photos, got {videos[0].name}. Take a frame out of it.')
    with ExitStack() as stack:
        run = _Run(job, photos, videos, summary, stopped, tell, stack)
        run.refuse_as_input()
        run.go_through_photos()
        run.go_through_videos(limit)
    summary.wall = time.perf_counter() - start
    return summary


class _Run(Generic[Found, TallyOf]):
    def __init__(self, job: Job[Found, TallyOf], photos: Photos | None, videos: Sequence[Video],
                 summary: Summary[TallyOf], stopped: Callable[[], bool],
                 tell: Callable[[Answer[Found]], None] | None, stack: ExitStack) -> None:
        self.photos, self.videos, self.summary, self.stopped, self.tell = photos, videos, summary, stopped, tell
        self.job = self.job_of_frames = job
        if videos and job.out is not None:
            kinds = [kind for kind in job.kinds if kind not in job.PHOTO_KINDS]
            self.job_of_frames = replace(job, kinds=kinds)  # type: ignore[call-arg]  # a field of each job
        self.folder = (self.job_of_frames if photos is None else job).folder
        self.stack, self.tables = stack, list[GrowingLines]()

    def refuse_as_input(self) -> None:
        read = [video.source for video in self.videos if isinstance(video.source, Path)]
        if self.photos is not None:
            read += [self.photos.root / name for name in self.photos.names]
        if self.folder is not None:
            self.folder.refuse_as_input(read)

    def go_through_photos(self) -> None:
        photos, folder = self.photos, self.folder
        if photos is None:
            return
        self.summary.problems += photos.unlisted
        self.summary.passed = photos.passed

        def write(answer: Answer[Found]) -> Answer[Found]:
            """Writes the pictures and lets go of them."""
            problem = answer.problem
            if folder is not None and not problem:
                problem = folder.write(photos.root / answer.file, answer.file, answer.pictures)
            return Answer(answer.file, None if problem else answer.found, problem)

        notes: dict[str, None] = {}  # each once: a photo may be read a second time, to draw it
        sources, taken = sources_of(photos, self.stopped, notes.setdefault), 0
        with self._progress(len(photos.names), 'photos') as advance:
            for answer in map_in_order(lambda item: write(self.job.answer(item)),
                                       self.job.stream(sources, keep_going=True), self.job.workers):
                self._take(answer, {})
                taken += 1
                advance(1)
        self.summary.notes += sorted(notes)
        self.summary.stopped = taken < len(photos.names)

    def go_through_videos(self, limit: int | None) -> None:
        for video in self.videos:
            self.summary.stopped = self.summary.stopped or (self.photos is not None and self.stopped())
            if not self.summary.stopped:
                self._go_through_video(video, limit)

    def _go_through_video(self, video: Video, limit: int | None) -> None:
        """Where there is no frame nothing is written, so that the run before keeps its results."""
        summary = self.summary
        try:
            frames = Frames(video)
        except ValueError as error:
            summary.problems.append(str(error))
            return
        with frames:
            timed = islice(frames.timed(), limit)
            first = next(timed, None)
            if first is None:
                summary.problems.append(f'{video.name} gives no picture.')
                return
            if frames.fps is None:
                summary.note(f'{video.name} does not say its frames a second; {FALLBACK_FPS:g} are taken.')
            expected = min((count for count in (limit, frames.announced) if count), default=None)
            taken = self._answer_frames(until(chain([first], timed), self.stopped), expected, video, frames)
            summary.stopped = self.stopped()
            if summary.stopped or taken == limit:
                return
            if isinstance(video.source, int):
                summary.problems.append(f'{video.name} gives no more pictures after {taken}.')
            elif shortfall := frames.shortfall(taken):
                summary.problems.append(f'{video.source} {shortfall}: it is damaged or cut short.')

    def _answer_frames(self, timed: Iterable[Frame], expected: int | None, video: Video, frames: Frames) -> int:
        """How many frames were taken."""
        job, folder, summary, shown, taken = self.job_of_frames, self.folder, self.summary, deque[Frame](), 0
        if folder is not None:
            summary.note(*(f'{kind.capitalize()} are not made of a video, as those of its frames have a size each.'
                           for kind in self.job.kinds if kind in job.PHOTO_KINDS))

        def sources() -> Iterator[PhotoSource]:
            for frame in timed:
                shown.append(frame._replace(img=NO_IMAGE))  # until its answer comes
                yield PhotoSource(video.name, lambda img=frame.img: img)  # type: ignore[misc]

        def draw(answer: Answer[Found]) -> Answer[Found]:
            return replace(answer, pictures=() if folder is None else tuple(answer.pictures))

        files: dict[str, VideoFile] = {}
        with ExitStack() as stack:
            if folder is not None:
                source = video.source if isinstance(video.source, Path) else None
                files = {kind: stack.enter_context(VideoFile(place_of(folder, kind, video),
                                                             frames.fps or FALLBACK_FPS, source)) for kind in job.kinds}
            advance = stack.enter_context(self._progress(expected, 'frames'))
            for answer in map_in_order(lambda item: draw(job.answer(item)), job.stream(sources(), keep_going=False),
                                       job.workers):
                frame = shown.popleft()
                self._take(answer, {'frame': taken})
                for kind, _, picture in answer.pictures:
                    files[kind].add(picture, frame.time, frame.lasts)
                taken += 1
                advance(1)
            for file in files.values():
                file.ended = frames.ended
        summary.frames += taken
        summary.videos += 1
        summary.note(*(note for file in files.values() for note in file.notes))
        fitted = max((file.fitted for file in files.values()), default=0)
        if fitted:
            summary.notes.append(f'{fitted} frames are of another size than the first, and were fitted to it.')
        return taken

    def _take(self, answer: Answer[Found], cells: Mapping[str, int]) -> None:
        """Adds a row for the answer, and counts and tells it; the first one begins the folder."""
        if answer.found is None:
            self.summary.problems.append(answer.problem or f'{answer.file} has no answer.')
        else:
            if self.folder is not None and not self.summary.pictures:
                self.tables = self._begin(self.folder)
            for table in self.tables:
                if isinstance(table, GrowingTable):
                    table.add({name: str(value) for name, value in cells.items()} | self.job.row(answer.found))
                else:
                    table.add_line(self.job.line(answer.found, cells))
            self.summary.pictures += 1
            self.summary.tally.add(answer.found)
        if self.tell:
            self.tell(answer)

    def _begin(self, folder: OutputFolder) -> list[GrowingLines]:
        """Begins the folder and opens its tables."""
        folder.begin()
        columns = [*(['frame'] if self.videos else []), *self.job.COLUMNS]
        return [self.stack.enter_context(GrowingTable(path, columns) if path.suffix == '.csv' else GrowingLines(path))
                for path in folder.tables]

    def _progress(self, expected: int | None, unit: str) -> AbstractContextManager[Callable[[int], None]]:
        # nobody knows how long a camera goes on
        return (show_progress(expected, label=self.job.LABEL, unit=unit) if expected and not self.tell else
                nullcontext(lambda count: None))


def place_of(folder: OutputFolder, kind: str, video: Video) -> Path:
    """Where the video goes that is made of one: ``b.mp4`` keeps its name, of ``a.avi`` comes ``a.avi.mp4``."""
    stem = video.name.removesuffix('.mp4')
    # a.avi.mp4 may lie beside a.avi
    return folder.place(kind, video.name if stem.lower().endswith(VIDEO_SUFFIXES) else stem, '.mp4')

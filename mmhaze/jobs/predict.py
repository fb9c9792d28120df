"""How hazy photos or the frames of a video are, as tables and overlays in a folder.

``haze.csv``
    A row a photo: all of :class:`~mmhaze.apis.inferencer.HazePrediction` but the probabilities.
``haze.jsonl``
    A JSON object a line, with them.
``overlays/``
    Each photo with its haze tinted and its level written over it; of a video one video.
``compare/``
    With a dehazer: each photo beside the same without its haze, and how hazy each of them is; likewise.

The two tables grow as ``.haze.csv.part`` and ``.haze.jsonl.part`` as long as the run lasts.
"""
from __future__ import annotations

import contextlib
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..apis.dehaze_inferencer import DehazeInferencer
from ..apis.inferencer import HazeInferencer, HazePrediction
from ..apis.inputs import PhotoSource, sources_of
from ..io.media import Photos, Video, map_in_order, until
from ..io.photo import read_photo
from ..io.progress import show_progress
from .outputs import Lines, OutputFolder, Table, as_text, part_of
from .pictures import draw_comparison, draw_level, level_of
from .video import RunSummary, VideoFile, follow_video, note_fitted

OVERLAYS, COMPARE = 'overlays', 'compare'
CSV, JSONL = 'haze.csv', 'haze.jsonl'
COLUMNS = ('file', 'level', 'level_name', 'expected_level', 'visibility', 'mask_share', 'haze_factor', 'dark_channel',
           'saturation', 'trained', 'seconds')


@dataclass
class PredictSummary(RunSummary):
    """What came of a run; ``levels``: how many pictures have each."""

    levels: Counter[str] = field(default_factory=Counter)

    def add(self, prediction: HazePrediction) -> None:
        """Counts a prediction."""
        self.pictures += 1
        self.levels[level_of(prediction)] += 1


@dataclass(frozen=True)
class PredictJob:
    """What to do with photos or a video.

    Attributes:
        out: the folder to write.
        inferencer: what tells how hazy they are.
        overlays: whether to draw them.
        batch_size: photos that go through the network together.
        dehazer: what takes the haze away for comparison, if anything.
        stopped: asked between pictures, ends the run early, see :func:`mmhaze.io.media.stop_on_interrupt`.
    """

    out: Path
    inferencer: HazeInferencer
    overlays: bool = False
    batch_size: int = 32
    dehazer: DehazeInferencer | None = None
    stopped: Callable[[], bool] = lambda: False

    @property
    def folder(self) -> OutputFolder:
        """The folder to write."""
        return OutputFolder(self.out, CSV, [OVERLAYS, COMPARE])

    @property
    def kinds(self) -> list[str]:
        """The subfolders to write."""
        return [OVERLAYS] * self.overlays + [COMPARE] * (self.dehazer is not None)

    def draw(self, img: np.ndarray, prediction: HazePrediction) -> Iterator[tuple[str, np.ndarray]]:
        """What to write of a photo, (H, W, 3) uint8 BGR: kind, picture."""
        if self.overlays:
            yield OVERLAYS, draw_level(img, prediction)
        if self.dehazer is not None:
            dehazed = self.dehazer.dehaze(img, prediction.file).dehazed
            after, = self.inferencer.stream_sources([PhotoSource(prediction.file, lambda: dehazed)])
            yield COMPARE, draw_comparison(img, dehazed, prediction, after)

    def begin(self) -> None:
        """Makes room for what is written."""
        self.folder.begin(self.kinds)
        for path in (self.folder.path / JSONL, part_of(self.folder.path / JSONL)):
            path.unlink(missing_ok=True)


def predict_photos(job: PredictJob, photos: Photos) -> PredictSummary:
    """Goes through photos; a photo that cannot be read is a problem of the summary, and the rest goes on.

    Raises:
        ValueError: a photo lies where this run would write.
        OSError: something cannot be written; the rows so far are kept.
    """
    start, summary = time.perf_counter(), PredictSummary(problems=list(photos.unlisted))
    job.folder.refuse_as_input((photos.root / name for name in photos.names), [OVERLAYS, COMPARE])
    job.begin()
    predictions = job.inferencer.stream_sources(sources_of(photos, job.stopped), job.batch_size, keep_going=True)
    with _Writer(job) as writer, show_progress(len(photos.names), label='Haze', unit='photos') as advance:
        # a dehazer has all threads for itself, and is given one photo at a time
        workers = 1 if job.dehazer is not None else job.inferencer.workers
        for prediction in map_in_order(lambda each: _draw(job, photos.root, each), predictions, workers):
            if prediction.problem:
                summary.problems.append(prediction.problem)
            else:
                writer.add(prediction)
                summary.add(prediction)
            advance(1)
    summary.stopped = job.stopped()
    summary.wall = time.perf_counter() - start
    return summary


def predict_video(job: PredictJob, video: Video, limit: int | None = None) -> PredictSummary:
    """Goes through a video or a camera, no further than ``limit`` frames; rows have the column ``frame``.

    Raises:
        ValueError: the video lies where this run would write.
        OSError: something cannot be written; what was written so far is kept.
    """
    start, summary = time.perf_counter(), PredictSummary()
    if isinstance(video.source, Path):
        job.folder.refuse_as_input([video.source], [OVERLAYS, COMPARE])
    follow_video(video, limit, summary, job.stopped, 'Haze',
                 lambda images, fps: _predict_frames(job, video, images, fps, summary))
    summary.wall = time.perf_counter() - start
    return summary


def _predict_frames(job: PredictJob, video: Video, images: Iterable[np.ndarray], fps: float,
                    summary: PredictSummary) -> Generator[None, None, None]:
    job.begin()
    shown: deque[np.ndarray] = deque()  # until their predictions come

    def name_frames() -> Iterator[PhotoSource]:
        for frame in until(images, job.stopped):
            if job.kinds:
                shown.append(frame)
            yield PhotoSource(video.name, lambda frame=frame: frame)  # type: ignore[misc]

    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(_Writer(job, 'frame'))
        name = video.name.removesuffix('.mp4')
        files = {kind: stack.enter_context(VideoFile(job.folder.place(kind, name, '.mp4'), fps)) for kind in job.kinds}
        for prediction in job.inferencer.stream_sources(name_frames(), job.batch_size):
            writer.add(prediction, frame=summary.pictures)
            summary.add(prediction)
            if files:
                for kind, picture in job.draw(shown.popleft(), prediction):
                    files[kind].add(picture)
            yield
    note_fitted(files.values(), summary)


def cells_of(prediction: HazePrediction) -> dict[str, str]:
    """A row of ``haze.csv``, by ``COLUMNS``."""
    return {name: as_text(getattr(prediction, name)) for name in COLUMNS}


def line_of(prediction: HazePrediction, **first: int) -> str:
    """A line of ``haze.jsonl``, with what else is to stand first in it."""
    known = dict(first, **prediction.to_dict())
    known.pop('problem')
    return json.dumps(known)


class _Writer:
    """Both tables; a context manager."""

    def __init__(self, job: PredictJob, *first: str) -> None:
        self._table = Table(job.folder.table, [*first, *COLUMNS])
        self._lines = Lines(job.folder.path / JSONL)

    def add(self, prediction: HazePrediction, **first: int) -> None:
        self._table.add({name: str(value) for name, value in first.items()} | cells_of(prediction))
        self._lines.add_line(line_of(prediction, **first))

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *exception: object) -> None:
        self._lines.__exit__(*exception)
        self._table.__exit__(*exception)


def _draw(job: PredictJob, root: Path, prediction: HazePrediction) -> HazePrediction:
    """Writes the pictures of a photo; where that cannot be done the prediction says why."""
    if not job.kinds or prediction.problem:
        return prediction
    path = root / prediction.file
    try:
        img = read_photo(path)
    except (ValueError, FileNotFoundError) as error:
        return replace(prediction, problem=f'{path}: {error}.')
    pictures = ((kind, '.jpg', picture) for kind, picture in job.draw(img, prediction))
    return replace(prediction, problem=job.folder.write(path, prediction.file, pictures))

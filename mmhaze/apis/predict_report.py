"""How hazy photos or the frames of a video are, as tables and overlays in a folder.

``haze.csv``
    A row a photo: all of :class:`~mmhaze.apis.inferencer.HazePrediction` but the probabilities.
``haze.jsonl``
    A JSON object a line, with them.
``overlays/``
    Each photo with its haze tinted and its level written over it; of a video one video.

The two tables grow as ``.haze.csv.part`` and ``.haze.jsonl.part`` as long as the run lasts.
"""
from __future__ import annotations

import contextlib
import errno
import json
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..files import write_whole
from ..media import Photos, Video, map_in_order
from ..photo import read_photo
from ..progress import show_progress
from ..ucm import segment_haze
from ..visualization import overlay_haze, write_caption
from ..visualization.level import name_level
from .inferencer import HazeInferencer, HazePrediction
from .inputs import PhotoSource
from .outputs import Lines, OutputFolder, Table, as_text, encode_picture, part_of
from .video import RunSummary, VideoFile, follow_video, note_fitted

OVERLAYS = 'overlays'
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
        stopped: asked between pictures, ends the run early, see :func:`mmhaze.media.stop_on_interrupt`.
    """

    out: Path
    inferencer: HazeInferencer
    overlays: bool = False
    batch_size: int = 32
    stopped: Callable[[], bool] = lambda: False

    @property
    def folder(self) -> OutputFolder:
        """The folder to write."""
        return OutputFolder(self.out, CSV, [OVERLAYS])

    def begin(self) -> None:
        """Makes room for what is written."""
        self.folder.begin([OVERLAYS] if self.overlays else [])
        for path in (self.folder.path / JSONL, part_of(self.folder.path / JSONL)):
            path.unlink(missing_ok=True)


def predict_photos(job: PredictJob, photos: Photos) -> PredictSummary:
    """Goes through photos; a photo that cannot be read is a problem of the summary, and the rest goes on.

    Raises:
        ValueError: a photo lies where this run would write.
        OSError: something cannot be written; the rows so far are kept.
    """
    start, summary = time.perf_counter(), PredictSummary(problems=list(photos.unlisted))
    job.folder.refuse_as_input((photos.root / name for name in photos.names), [OVERLAYS])
    job.begin()
    sources = (PhotoSource(name, lambda name=name: read_photo(photos.root / name))  # type: ignore[misc]
               for name in _until(photos.names, job.stopped))
    predictions = job.inferencer.stream_sources(sources, job.batch_size, keep_going=True)
    with _Writer(job) as writer, show_progress(len(photos.names), label='Haze', unit='photos') as advance:
        for prediction in map_in_order(lambda each: _draw(job, photos.root, each), predictions, job.inferencer.workers):
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
        job.folder.refuse_as_input([video.source], [OVERLAYS])
    follow_video(video, limit, summary, job.stopped, 'Haze',
                 lambda images, fps: _predict_frames(job, video, images, fps, summary))
    summary.wall = time.perf_counter() - start
    return summary


def _predict_frames(job: PredictJob, video: Video, images: Iterable[np.ndarray], fps: float,
                    summary: PredictSummary) -> Generator[None, None, None]:
    job.begin()
    shown: deque[np.ndarray] = deque()  # until their predictions come

    def name_frames() -> Iterator[PhotoSource]:
        for frame in _until(images, job.stopped):
            if job.overlays:
                shown.append(frame)
            yield PhotoSource(video.name, lambda frame=frame: frame)  # type: ignore[misc]

    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(_Writer(job, 'frame'))
        place = job.folder.place(OVERLAYS, video.name.removesuffix('.mp4'), '.mp4')
        overlays = [stack.enter_context(VideoFile(place, fps))] if job.overlays else []
        for prediction in job.inferencer.stream_sources(name_frames(), job.batch_size):
            writer.add(prediction, frame=summary.pictures)
            summary.add(prediction)
            for file in overlays:
                file.add(draw_level(shown.popleft(), prediction))
            yield
    note_fitted(overlays, summary)


def draw_level(img: np.ndarray, prediction: HazePrediction) -> np.ndarray:
    """The photo, (H, W, 3) uint8 BGR, with its haze tinted and what was predicted written over it."""
    return write_caption(overlay_haze(img, segment_haze(img)), describe(prediction))


def describe(prediction: HazePrediction) -> str:
    """A prediction in a line."""
    if prediction.level is None or prediction.probabilities is None:
        factor = 'unknown' if prediction.haze_factor is None or math.isnan(prediction.haze_factor) else \
            f'{prediction.haze_factor:.2f} of 1.28'
        return f'estimate, not trained: haze factor {factor}'
    return (f'{level_of(prediction)} of 0-{len(prediction.probabilities) - 1}, '
            f'{prediction.probabilities[prediction.level]:.0%} sure')


def level_of(prediction: HazePrediction) -> str:
    """Such as ``'level 3 (120 m)'``, or ``'level 3'`` where it has no other name; ``'no level'`` of an estimate."""
    return 'no level' if prediction.level is None else name_level(prediction.level, prediction.level_name)


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
    """Writes the overlay of a photo that has none; where that cannot be done the prediction says why."""
    if not job.overlays or prediction.problem:
        return prediction
    try:
        picture = encode_picture(draw_level(read_photo(root / prediction.file), prediction), '.jpg')
        write_whole(job.folder.place(OVERLAYS, prediction.file, '.jpg'), picture)
    except (ValueError, FileNotFoundError) as error:
        return replace(prediction, problem=f'{root / prediction.file}: {error}.')
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return replace(prediction, problem=f'{root / prediction.file} has a name too long to be given one more suffix.')
    return prediction


def _until(items: Iterable, stopped: Callable[[], bool]) -> Iterator:
    for item in items:
        if stopped():
            return
        yield item

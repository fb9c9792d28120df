"""UCM over a folder of photos: pictures of the haze, and a table with a row a photo.

What a run leaves in its folder, whole even where it was stopped:

``overlays/``, ``masks/``, ``segments/``
    A picture a photo, at the photo's own path with one more suffix: the mask of ``trip/a.jpg`` is
    ``masks/trip/a.jpg.png``.
``ucm.csv``
    The table. As long as the run lasts it is ``.ucm.csv.part``, which a run that is killed leaves behind.
``sweeps/``
    The sheets that show how the haze depends on a setting.

A run first removes the pictures and the table of the one before it.
"""
from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..baselines import haze_factor
from ..io.media import Photos, map_in_order, mark_output
from ..io.photo import read_photo
from ..io.progress import show_progress
from ..ucm import HazeRegions, haze_segment, segment_haze
from ..visualization import draw_sweep, overlay_haze
from .outputs import OutputFolder, Table, as_text
from .video import RunSummary

KINDS = ('overlays', 'masks', 'segments')
SWEEPS = 'sweeps'
TABLE = 'ucm.csv'


@dataclass(frozen=True)
class UcmRow:
    """One row of the table.

    Attributes:
        file: the photo's path from the input folder, with ``/``; or the name of the video.
        found, share, contrast_threshold, gray_threshold: see :class:`mmhaze.ucm.HazeRegions`; ``share`` is ``ratio``.
        x0, y0, x1, y1: the box in pixels, half open; the whole photo where no haze was found.
        haze_factor: see :func:`mmhaze.baselines.haze_factor`; NaN for a black photo, which is an empty cell.
        seconds: what UCM took, without reading, writing and the haze factor.
    """

    file: str
    found: bool
    share: float
    x0: int
    y0: int
    x1: int
    y1: int
    contrast_threshold: float
    gray_threshold: float
    haze_factor: float
    seconds: float

    def cells(self) -> dict[str, str]:
        """The row as text, by column."""
        return {name: as_text(getattr(self, name)) for name in COLUMNS}


COLUMNS = tuple(item.name for item in fields(UcmRow))


@dataclass
class Summary(RunSummary):
    """What came of a run.

    Attributes:
        found: in how many pictures there was haze.
        share: the sum of their shares of haze.
        seconds: what UCM took for each.
    """

    found: int = 0
    share: float = 0.0
    seconds: array[float] = field(default_factory=lambda: array('d'))  # as a video may have millions of frames

    def add(self, row: UcmRow) -> None:
        """Counts a row."""
        self.pictures += 1
        self.found += row.found
        self.share += row.share
        self.seconds.append(row.seconds)


@dataclass(frozen=True)
class UcmJob:
    """What to do with photos or a video.

    Attributes:
        out: the folder to write.
        settings: those of :func:`mmhaze.ucm.segment_haze`.
        kinds: which of ``KINDS`` to write besides the table.
        overlay_suffix: ``'.jpg'`` or ``'.png'``; masks and segments are PNG, exact to the pixel.
        workers: threads.
        stopped: asked between pictures, ends the run early, see :func:`mmhaze.io.media.stop_on_interrupt`.

    Raises:
        ValueError: a setting is out of its range.
    """

    out: Path
    settings: dict[str, Any] = field(default_factory=dict)
    kinds: Collection[str] = KINDS
    overlay_suffix: str = '.jpg'
    workers: int = 1
    stopped: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        # here, else each photo would be blamed for a setting
        segment_haze(np.zeros((1, 1, 3), np.uint8), **self.settings)

    @property
    def folder(self) -> OutputFolder:
        """The folder to write."""
        return OutputFolder(self.out, TABLE, KINDS)

    def measure(self, photo: np.ndarray, file: str) -> tuple[UcmRow, HazeRegions]:
        """The row of a photo or a frame, (H, W, 3) uint8 BGR, and its haze."""
        start = time.perf_counter()
        regions = segment_haze(photo, **self.settings)
        seconds = time.perf_counter() - start
        return UcmRow(file, regions.found, regions.ratio, *regions.box, regions.contrast_threshold,
                      regions.gray_threshold, haze_factor(photo), seconds), regions

    def draw(self, photo: np.ndarray, regions: HazeRegions) -> Iterator[tuple[str, str, np.ndarray]]:
        """What to write of a photo: kind, suffix, picture."""
        if 'overlays' in self.kinds:
            yield 'overlays', self.overlay_suffix, overlay_haze(photo, regions)
        if 'masks' in self.kinds:
            yield 'masks', '.png', regions.mask * np.uint8(255)
        if 'segments' in self.kinds:
            yield 'segments', '.png', haze_segment(photo, regions)


def run_photos(job: UcmJob, photos: Photos) -> Summary:
    """Goes through photos; table and summary have their order, whatever the number of threads.

    Raises:
        ValueError: a photo lies where this run would write.
        OSError: something cannot be written, as when the disk is full; the rows so far are kept.
    """
    start, summary, done = time.perf_counter(), Summary(problems=list(photos.unlisted)), 0
    job.folder.refuse_as_input((photos.root / name for name in photos.names), KINDS)
    job.folder.begin(job.kinds)
    with Table(job.folder.table, COLUMNS) as table, \
            show_progress(len(photos.names), label='UCM', unit='photos') as advance:
        for outcome in map_in_order(partial(_run_photo, job, photos.root), photos.names, job.workers, job.stopped):
            if isinstance(outcome, UcmRow):
                table.add(outcome.cells())
                summary.add(outcome)
            else:
                summary.problems.append(outcome)
            done += 1
            advance(1)
    summary.stopped, summary.wall = done < len(photos.names), time.perf_counter() - start
    return summary


def run_sweep(job: UcmJob, photos: Photos, name: str) -> Summary:
    """Draws the sweep ``name`` of :func:`mmhaze.visualization.draw_sweep` for each photo, and nothing else.

    Raises:
        ValueError: a photo lies where this run would write.
        OSError: a sheet cannot be written.
    """
    start, summary = time.perf_counter(), Summary(problems=list(photos.unlisted))
    job.folder.refuse_as_input((photos.root / file for file in photos.names), [SWEEPS])
    mark_output(job.folder.path / SWEEPS)
    with show_progress(len(photos.names), label='sweep', unit='photos') as advance:
        for file in photos.names:
            if job.stopped():
                summary.stopped = True
                break
            photo = _read(photos.root / file)
            if isinstance(photo, str):
                summary.problems.append(photo)
            else:
                sheet = job.folder.place(SWEEPS, file, f'.{name}.png')
                draw_sweep(photo, name, sheet, title=file, **job.settings)
                summary.pictures += 1
            advance(1)
    summary.wall = time.perf_counter() - start
    return summary


def _run_photo(job: UcmJob, root: Path, file: str) -> UcmRow | str:
    """The row of a photo whose pictures are written, or why there is none."""
    photo = _read(root / file)
    if isinstance(photo, str):
        return photo
    row, regions = job.measure(photo, file)
    return job.folder.write(root / file, file, job.draw(photo, regions)) or row


def _read(path: Path) -> np.ndarray | str:
    """The photo, or why it cannot be read."""
    try:
        return read_photo(path)
    except (ValueError, FileNotFoundError) as error:
        return str(error)
    except Exception as error:  # some decoders fail in ways of their own, and the other photos are to be done
        return f'{path} cannot be read as a photo: {error}. Repair it or take it out.'

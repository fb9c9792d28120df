"""UCM over photos, a video or a camera: pictures of the haze, and a table with a row a photo or frame.

What a run leaves in its folder, whole even where it was stopped:

``overlays/``, ``masks/``, ``segments/``
    A picture a photo, at the photo's own path with one more suffix: the mask of ``trip/a.jpg`` is
    ``masks/trip/a.jpg.png``. Of a video overlays and masks are a video each, and there are no segments.
``ucm.csv``
    The table. As long as the run lasts it is ``.ucm.csv.part``, which a run that is killed leaves behind.
``sweeps/``
    The sheets that show how the haze depends on a setting.

The first answer of a run removes the pictures and the table of the run before it.
"""
from __future__ import annotations

import time
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from ..apis.inputs import PhotoSource, problem_of
from ..baselines import haze_factor
from ..ucm import HazeRegions, UcmSettings, haze_segment
from ..ucm.segment import segment_photo
from ..ucm.settings import DEFAULTS
from ..visualization import overlay_haze
from .job import Answer, Job, Picture, Tally
from .outputs import as_text

KINDS = ('overlays', 'masks', 'segments')


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


COLUMNS = tuple(item.name for item in fields(UcmRow))


@dataclass
class SegmentTally(Tally):
    """What UCM found over all photos.

    Attributes:
        found: in how many pictures there was haze.
        share: the sum of their shares of haze.
        seconds: what UCM took for each.
    """

    found: int = 0
    share: float = 0.0
    seconds: array[float] = field(default_factory=lambda: array('d'))  # as a video may have millions of frames

    def add(self, found: UcmRow) -> None:
        self.found += found.found
        self.share += found.share
        self.seconds.append(found.seconds)


@dataclass(frozen=True)
class SegmentJob(Job[UcmRow, SegmentTally]):
    """UCM over photos or a video.

    Attributes:
        settings: of UCM.
        overlay_suffix: ``'.jpg'`` or ``'.png'``; masks and segments are PNG, exact to the pixel.
    """

    LABEL, TABLES, COLUMNS, KINDS = 'UCM', ('ucm.csv',), COLUMNS, KINDS
    PHOTO_KINDS = ('segments',)

    settings: UcmSettings = DEFAULTS
    kinds: Collection[str] = KINDS
    workers: int = 1
    overlay_suffix: str = '.jpg'

    def answer(self, item: PhotoSource) -> Answer[UcmRow]:
        try:
            photo = item.read()
        except Exception as error:  # some decoders fail in ways of their own, and the other photos are to be done
            return Answer(item.name, problem=problem_of(error, item.name))
        start = time.perf_counter()
        regions = segment_photo(photo, self.settings)
        seconds = time.perf_counter() - start
        row = UcmRow(item.name, regions.found, regions.ratio, *regions.box, regions.contrast_threshold,
                     regions.gray_threshold, haze_factor(photo), seconds)
        return Answer(item.name, row, pictures=self._draw(photo, regions))

    def row(self, found: UcmRow) -> dict[str, str]:
        return {name: as_text(getattr(found, name)) for name in COLUMNS}

    def tally(self) -> SegmentTally:
        return SegmentTally()

    def _draw(self, photo: np.ndarray, regions: HazeRegions) -> Iterator[Picture]:
        if 'overlays' in self.kinds:
            yield 'overlays', self.overlay_suffix, overlay_haze(photo, regions)
        if 'masks' in self.kinds:
            yield 'masks', '.png', regions.mask * np.uint8(255)
        if 'segments' in self.kinds:
            yield 'segments', '.png', haze_segment(photo, regions)


@dataclass(frozen=True)
class SweepJob(Job[Path, Tally]):
    """A sheet a photo, of how its haze depends on a setting: a sweep of :func:`mmhaze.visualization.draw_sweep`.

    Attributes:
        name: of the sweep.
        settings: the other settings of UCM.
    """

    LABEL, KINDS, PHOTO_KINDS = 'sweep', ('sweeps',), ('sweeps',)

    name: str
    settings: UcmSettings = DEFAULTS
    kinds: Collection[str] = KINDS
    workers: int = 1

    def answer(self, item: PhotoSource) -> Answer[Path]:
        from ..visualization import draw_sweep  # matplotlib takes a second to import
        if self.folder is None:
            raise ValueError('A sweep is drawn into a folder, got out=None.')
        try:
            photo = item.read()
        except Exception as error:
            return Answer(item.name, problem=problem_of(error, item.name))
        sheet = self.folder.place('sweeps', item.name, f'.{self.name}.png')
        draw_sweep(photo, self.name, sheet, title=item.name, **vars(self.settings))
        return Answer(item.name, sheet)

    def tally(self) -> Tally:
        return Tally()

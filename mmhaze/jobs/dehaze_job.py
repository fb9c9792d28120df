"""Photos or a video without their haze, in a folder.

``dehazed/``
    Each photo, at its own path with one more suffix, 8 bits a channel, with its colour profile and its EXIF data but
    for the orientation, which was applied, and the thumbnail; of a video one video.
``compare/``
    The photo before and after side by side, with how hazy each of them is.
``dehaze.csv``
    A row a photo: passes, seconds, and, before and after, its level, the share that UCM calls haze, and the three
    measures of :class:`~mmhaze.apis.inferencer.HazePrediction`. As long as the run lasts it is ``.dehaze.csv.part``.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..apis.dehaze_inferencer import DehazeInferencer, DehazeResult
from ..apis.inferencer import HazePrediction
from ..apis.inputs import PhotoSource
from .job import Answer, Job, Picture, Tally
from .outputs import as_text
from .pictures import draw_comparison

KINDS = ('dehazed', 'compare')
JUDGED = ('level', 'expected_level', 'mask_share', 'haze_factor', 'dark_channel', 'saturation')
COLUMNS = ('file', 'passes', *(f'{name}_{when}' for name in JUDGED for when in ('before', 'after')), 'seconds')


@dataclass
class DehazeTally(Tally):
    """What the network and the judge said of all photos.

    Attributes:
        seconds: what the network took for all pictures.
        before, after: the judge's answers; empty without one.
    """

    seconds: float = 0.0
    before: list[HazePrediction] = field(default_factory=list)
    after: list[HazePrediction] = field(default_factory=list)

    def add(self, found: DehazeResult) -> None:
        self.seconds += found.seconds
        if found.before is not None and found.after is not None:
            self.before.append(found.before)
            self.after.append(found.after)


@dataclass(frozen=True)
class DehazeJob(Job[DehazeResult, DehazeTally]):
    """Removes haze from photos or a video. Each frame is dehazed by itself, so brightness may flicker.

    Attributes:
        inferencer: what removes the haze; what is found is its result without the photos.
        suffix: of the dehazed photos, ``'.png'`` or ``'.jpg'``; comparisons are JPEG.
        strip: writes no EXIF data; the colour profile stays, as the colours are those of it.
    """

    LABEL, TABLES, COLUMNS, KINDS = 'Dehazing', ('dehaze.csv',), COLUMNS, KINDS

    inferencer: DehazeInferencer
    kinds: Collection[str] = KINDS
    suffix: str = '.png'
    strip: bool = False

    @property
    def workers(self) -> int:
        return self.inferencer.workers

    @property
    def with_exif(self) -> Collection[str]:
        return () if self.strip else ('dehazed',)

    def stream(self, photos: Iterable[PhotoSource], keep_going: bool) -> Iterator[DehazeResult]:
        return self.inferencer.stream_sources(photos, keep_going)

    def answer(self, item: DehazeResult) -> Answer[DehazeResult]:
        if item.problem:
            return Answer(item.file, problem=item.problem)
        bare = DehazeResult(item.file)
        before, after = (seen and seen.without_map() for seen in (item.before, item.after))
        found = replace(item, hazy=bare.hazy, dehazed=bare.dehazed, before=before, after=after)
        return Answer(item.file, found, pictures=self._draw(item))

    def row(self, found: DehazeResult) -> dict[str, str]:
        known = {f'{name}_{when}': getattr(seen, name, None)
                 for name in JUDGED for when, seen in (('before', found.before), ('after', found.after))}
        known.update(file=found.file, passes=found.passes, seconds=found.seconds)
        return {name: as_text(known[name]) for name in COLUMNS}

    def tally(self) -> DehazeTally:
        return DehazeTally()

    def _draw(self, result: DehazeResult) -> Iterator[Picture]:
        if 'dehazed' in self.kinds:
            yield 'dehazed', self.suffix, result.dehazed
        if 'compare' in self.kinds:
            yield 'compare', '.jpg', draw_comparison(result.hazy, result.dehazed, result.before, result.after)

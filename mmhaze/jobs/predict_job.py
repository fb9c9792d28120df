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

import json
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Optional

import numpy as np

from ..apis.inferencer import HazeInferencer, HazePrediction
from ..apis.inputs import PhotoSource, problem_of
from .job import Answer, Job, Picture, Tally
from .outputs import as_text
from .pictures import draw_comparison, draw_level, level_of

if TYPE_CHECKING:
    from ..apis.dehaze_inferencer import DehazeInferencer

KINDS = ('overlays', 'compare')
COLUMNS = ('file', 'level', 'level_name', 'expected_level', 'visibility', 'haze', 'spread', 'mask_share',
           'haze_factor', 'dark_channel', 'saturation', 'trained', 'seconds')

# a photo to be drawn, if it is, and what was predicted of it
Item = tuple[Optional[PhotoSource], HazePrediction]


@dataclass
class PredictTally(Tally):
    """``levels``: how many pictures have each."""

    levels: Counter[str] = field(default_factory=Counter)

    def add(self, found: HazePrediction) -> None:
        self.levels[level_of(found)] += 1


@dataclass(frozen=True)
class PredictJob(Job[HazePrediction, PredictTally]):
    """How hazy photos or the frames of a video are.

    Attributes:
        inferencer: what tells how hazy they are.
        batch_size: photos that go through the network together.
        dehazer: what removes the haze for ``compare``.

    Raises:
        ValueError: ``compare`` without a dehazer.
    """

    LABEL, TABLES, COLUMNS, KINDS = 'Haze', ('haze.csv', 'haze.jsonl'), COLUMNS, KINDS

    inferencer: HazeInferencer
    kinds: Collection[str] = ()
    batch_size: int = 32
    dehazer: DehazeInferencer | None = None

    def __post_init__(self) -> None:
        if 'compare' in self.kinds and self.dehazer is None:
            raise ValueError('compare shows photos without their haze and wants a dehazer, got None.')

    @property
    def workers(self) -> int:
        # a dehazer has all threads for itself, and is given one photo at a time
        return 1 if 'compare' in self.kinds else self.inferencer.workers

    def stream(self, photos: Iterable[PhotoSource], keep_going: bool) -> Iterator[Item]:
        given: deque[PhotoSource | None] = deque()  # until their predictions come

        def remember() -> Iterator[PhotoSource]:
            for photo in photos:
                given.append(photo if self.kinds else None)  # a frame is in memory, and is kept to draw it
                yield photo

        for prediction in self.inferencer.stream_sources(remember(), self.batch_size, keep_going):
            yield given.popleft(), prediction

    def answer(self, item: Item) -> Answer[HazePrediction]:
        photo, prediction = item
        if prediction.problem:
            return Answer(prediction.file, problem=prediction.problem)
        if photo is None:
            return Answer(prediction.file, prediction)
        try:
            img = photo.read()
        except Exception as error:  # a file is read a second time, and may have gone
            return Answer(prediction.file, problem=problem_of(error, prediction.file))
        return Answer(prediction.file, prediction, pictures=self._draw(img, prediction))

    def row(self, found: HazePrediction) -> dict[str, str]:
        return cells_of(found)

    def line(self, found: HazePrediction, first: Mapping[str, int]) -> str:
        return line_of(found, **first)

    def tally(self) -> PredictTally:
        return PredictTally()

    def _draw(self, img: np.ndarray, prediction: HazePrediction) -> Iterator[Picture]:
        if 'overlays' in self.kinds:
            yield 'overlays', '.jpg', draw_level(img, prediction)
        if 'compare' in self.kinds and self.dehazer is not None:
            dehazed = self.dehazer.dehaze(img, prediction.file).dehazed
            after, = self.inferencer.stream_sources([PhotoSource(prediction.file, lambda: dehazed)])
            yield 'compare', '.jpg', draw_comparison(img, dehazed, prediction, after)


def cells_of(prediction: HazePrediction) -> dict[str, str]:
    """A row of ``haze.csv``, by ``COLUMNS``."""
    return {name: as_text(getattr(prediction, name)) for name in COLUMNS}


def line_of(prediction: HazePrediction, **first: int) -> str:
    """A line of ``haze.jsonl``, with what else is to stand first in it."""
    known = dict(first, **prediction.to_dict())
    known.pop('problem')
    return json.dumps(known)

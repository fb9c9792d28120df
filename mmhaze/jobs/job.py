"""What a job is: how it answers, what it draws, and what it counts. :mod:`mmhaze.jobs.runner` does the rest."""
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from ..apis.inputs import PhotoSource
from ..io.search import PassedOver
from .outputs import OutputFolder

Found = TypeVar('Found')
TallyOf = TypeVar('TallyOf', bound='Tally')
Picture = tuple[str, str, np.ndarray]  # kind, suffix and picture


@dataclass(frozen=True)
class Answer(Generic[Found]):
    """What a job found in a photo or a frame.

    Attributes:
        file: the photo's path from the input folder, with ``/``; or the name of the video.
        found: what the job knows of it; None where there is a problem.
        problem: why there is no answer.
        pictures: what to write of it, drawn when it is asked for.
    """

    file: str
    found: Found | None = None
    problem: str | None = None
    pictures: Iterable[Picture] = ()


class Tally:
    """What a job counts over all its answers; this one counts nothing."""

    def add(self, found: Any) -> None:
        """Counts what was found in a photo or a frame."""


@dataclass
class Summary(Generic[TallyOf]):
    """What came of a run over photos, a video or a camera.

    Attributes:
        tally: what the job itself counts.
        pictures: photos and frames with an answer.
        frames: how many of them are frames.
        videos: videos and cameras that gave frames.
        problems: what could not be read, and why, a line each.
        notes: what else there is to say, a line each.
        passed: what the search for photos passed over.
        stopped: whether it was ended early.
        wall: seconds from beginning to end.
    """

    tally: TallyOf
    pictures: int = 0
    frames: int = 0
    videos: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    passed: PassedOver = field(default_factory=PassedOver)
    stopped: bool = False
    wall: float = 0.0

    def note(self, *lines: str) -> None:
        """Adds lines to ``notes``, each once."""
        self.notes += [line for line in dict.fromkeys(lines) if line not in self.notes]


@dataclass(frozen=True)
class Job(ABC, Generic[Found, TallyOf]):
    """What to do with photos or a video.

    Attributes:
        out: the folder to write; None writes nothing, and the answers are only told.
        LABEL: of the progress.
        TABLES: the files with a row (``.csv``) or a line (``.jsonl``) for each answer.
        COLUMNS: those of the ``.csv``; a row of a video has ``frame`` before them.
        KINDS: the subfolders that there may be.
        PHOTO_KINDS: those of them that are not made of a video, as the pictures of its frames have a size each.
    """

    LABEL: ClassVar[str]
    TABLES: ClassVar[tuple[str, ...]] = ()
    COLUMNS: ClassVar[tuple[str, ...]] = ()
    KINDS: ClassVar[tuple[str, ...]]
    PHOTO_KINDS: ClassVar[tuple[str, ...]] = ()

    out: Path | None

    @property
    @abstractmethod
    def kinds(self) -> Collection[str]:
        """Which of ``KINDS`` to write besides the tables."""

    @property
    @abstractmethod
    def workers(self) -> int:
        """Threads that answer, draw and write."""

    @property
    def with_exif(self) -> Collection[str]:
        """Which of ``kinds`` get the EXIF data of their photo: date, place and camera."""
        return ()

    @property
    def folder(self) -> OutputFolder | None:
        """The folder to write, if any; not begun."""
        return None if self.out is None else OutputFolder(self.out, self.TABLES, self.KINDS, self.kinds, self.with_exif)

    def stream(self, photos: Iterable[PhotoSource], keep_going: bool) -> Iterator[Any]:
        """An item for each photo, in order: what goes through a network in batches is done here.

        Args:
            photos: read as they are needed.
            keep_going: whether a photo that cannot be read gives an answer with a problem, instead of the error.
        """
        return iter(photos)

    @abstractmethod
    def answer(self, item: Any) -> Answer[Found]:
        """The answer for an item of the stream; called on several threads."""

    def row(self, found: Found) -> dict[str, str]:
        """The cells of an answer, by ``COLUMNS``."""
        raise NotImplementedError

    def line(self, found: Found, first: Mapping[str, int]) -> str:
        """A line of the ``.jsonl``, with what else is to stand first in it."""
        raise NotImplementedError

    @abstractmethod
    def tally(self) -> TallyOf:
        """A new count of answers."""

"""Searching folders for photos: what is taken, in which order, and what is passed over and why."""
from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePath

from .files import write_whole

# .heic and .jxl are photos to whoever took them; where Pillow has no plugin for them, they are reported and not lost
PHOTO_SUFFIXES = ('.jpg', '.jpeg', '.jpe', '.jfif', '.pjpeg', '.pjp', '.mpo', '.png', '.apng', '.webp', '.tif', '.tiff',
                  '.bmp', '.dib', '.gif', '.heic', '.heif', '.hif', '.avif', '.jxl', '.jp2', '.j2k', '.jpx', '.ppm',
                  '.pgm', '.pbm', '.pnm', '.tga', '.qoi')
VIDEO_SUFFIXES = ('.mp4', '.m4v', '.mov', '.avi', '.mkv', '.webm', '.mpg', '.mpeg', '.mts', '.m2ts', '.ts', '.wmv',
                  '.flv', '.3gp', '.ogv')
RAW_SUFFIXES = ('.dng', '.cr2', '.cr3', '.crw', '.nef', '.nrw', '.arw', '.sr2', '.srf', '.raf', '.orf', '.rw2', '.rwl',
                '.pef', '.srw', '.x3f', '.3fr', '.fff', '.iiq', '.erf', '.kdc', '.dcr', '.mrw', '.mef', '.mos', '.gpr')
# a folder that holds this file was written by a tool, and a search for photos does not enter it
OUTPUT_MARKER = '.mmhaze-output'
SUFFIXES_SHOWN = 5


@dataclass(frozen=True)
class Reason:
    """Why something is passed over.

    Attributes:
        one, many: what it is, for people.
        advice: what to do.
        shown: what is said of which they are: their suffixes, the path of the first, or nothing.
    """

    one: str
    many: str
    advice: str = ''
    shown: str = ''


VIDEO = Reason('video', 'videos', 'for mmhaze haze')
RAW = Reason('raw photo', 'raw photos', 'convert them to TIFF or JPEG', 'suffixes')
UNNAMED = Reason('photo that the list does not name', 'photos that the list does not name')
NO_PHOTO = Reason('file that is no photo', 'files that are no photo', shown='suffixes')
FOLDER = Reason('folder that the pattern matches', 'folders that the pattern matches', 'end it with /** to enter them')
HIDDEN = Reason('hidden file', 'hidden files')
HIDDEN_FOLDER = Reason('hidden folder', 'hidden folders', shown='first')
WRITTEN = Reason('folder that mmhaze wrote', 'folders that mmhaze wrote', shown='first')
ROUND = Reason('linked folder that is gone through under another name',
               'linked folders that are gone through under other names', shown='first')
BROKEN = Reason('link that leads nowhere', 'links that lead nowhere', shown='first')
SPECIAL = Reason('pipe, socket or device', 'pipes, sockets or devices', shown='first')
UNPAIRED = Reason('clear photo without a hazy one', 'clear photos without a hazy one', shown='first')
REASONS = (VIDEO, RAW, UNNAMED, UNPAIRED, BROKEN, ROUND, FOLDER, HIDDEN_FOLDER, WRITTEN, SPECIAL, HIDDEN, NO_PHOTO)
# of these, somebody who named the folder may have meant some
PERHAPS_PHOTOS = (VIDEO, RAW)

PassOver = Callable[[str, Reason], None]


@dataclass
class PassedOver:
    """What was passed over, by path; as a text the line that tools end with, empty where there is nothing to say."""

    found: dict[str, Reason] = field(default_factory=dict)

    def add(self, path: str | Path, reason: Reason) -> None:
        """Takes note of something; of the same path once."""
        self.found[str(path)] = reason

    def __str__(self) -> str:
        said = ', '.join(self._say(reason) for reason in REASONS if reason in self.found.values())
        return f'Passed over: {said}.' if said else ''

    def _say(self, reason: Reason) -> str:
        paths = [path for path, why in self.found.items() if why == reason]
        known = dict(suffixes=_list_suffixes(paths), first=paths[0]).get(reason.shown, '')
        more = ': '.join(filter(None, (known, reason.advice)))
        return f'{len(paths)} {reason.one if len(paths) == 1 else reason.many}{more and f" ({more})"}'


def ignore(path: str, reason: Reason) -> None:
    """Passes over in silence, for a search that is made again and was counted before."""


def is_photo(name: str) -> bool:
    """Whether a file of this name is taken for a photo: it has the suffix of one and is not hidden."""
    return classify(name) is None


def is_video(path: Path) -> bool:
    """Whether it is a file that goes by the suffix of a video."""
    return path.suffix.lower() in VIDEO_SUFFIXES and path.is_file()


def classify(name: str) -> Reason | None:
    """Why a file of this name is no photo to read; None where it is one."""
    # hidden ones are not for people: macOS leaves a ._NAME.jpg beside each photo on a foreign disk, and it is no photo
    if name.startswith('.'):
        return HIDDEN
    lower = name.lower()
    if lower.endswith(PHOTO_SUFFIXES):
        return None
    return VIDEO if lower.endswith(VIDEO_SUFFIXES) else RAW if lower.endswith(RAW_SUFFIXES) else NO_PHOTO


def mark_output(folder: Path) -> None:
    """Makes the folder if need be, as one that no search for photos enters."""
    write_whole(folder / OUTPUT_MARKER, b'Written by mmhaze, which does not take these for photos to read.\n')


def _raise(reason: str) -> None:
    raise OSError(reason)


@dataclass(frozen=True)
class Search:
    """The photos below a folder, at any depth: their paths from there, with ``/``, sorted by their parts.

    Hidden files and folders and what mmhaze itself wrote are left out. Links to folders are followed, but for those
    that lead to what is gone through under another name, or up to a folder that holds this one. Going through it holds
    the names of one folder at a time, and of those above it.

    Attributes:
        root: the folder.
        pattern: what the parts of a path have to match, ``'**'`` any number of them; None takes all.
        without: a folder to leave out, in silence.
        pass_over: told of each path that is passed over.
        report: told why a folder cannot be looked into; by default raises that as an OSError.
    """

    root: Path
    pattern: tuple[str, ...] | None = None
    without: Path | None = None
    pass_over: PassOver = ignore
    report: Callable[[str], None] = _raise

    def __iter__(self) -> Iterator[str]:
        return self._walk((), PurePath(os.path.realpath(self.root)), set())

    def _walk(self, parts: tuple[str, ...], real: PurePath, entered: set[PurePath]) -> Iterator[str]:
        """``entered`` are the folders that were entered by links, by their real paths."""
        try:
            with os.scandir(self.root.joinpath(*parts)) as entries:
                found = sorted((entry.name, *_kind_of(entry)) for entry in entries)
        except OSError as error:
            return self.report(f'{error.filename} cannot be looked into: {error.strerror}.')
        for name, is_folder, is_file in found:
            way = (*parts, name)
            if not is_folder:
                if self._takes(way, is_file):
                    yield '/'.join(way)
            elif (target := self._enters(way, real, entered)) is not None:
                yield from self._walk(way, target, entered)

    def _takes(self, way: tuple[str, ...], is_file: bool) -> bool:
        if way[-1] == OUTPUT_MARKER or not self._matches(way):
            return False
        path, reason = self.root.joinpath(*way), classify(way[-1])
        if reason is not HIDDEN and not is_file:
            # a photo that a link has lost is a photo all the same: whoever reads it says that there is none
            reason = SPECIAL if os.path.exists(path) else reason and BROKEN
        if reason is not None:
            self.pass_over(str(path), reason)
        return reason is None

    def _enters(self, way: tuple[str, ...], above: PurePath, entered: set[PurePath]) -> PurePath | None:
        """The real path of a folder to enter."""
        path = self.root.joinpath(*way)
        leads_on = self._matches(way, partly=True)
        if path == self.without or not (leads_on or self._matches(way)):
            return None
        real = PurePath(os.path.realpath(path))
        reason = (HIDDEN_FOLDER if way[-1].startswith('.') else WRITTEN if (path / OUTPUT_MARKER).exists() else
                  FOLDER if not leads_on else ROUND if self._is_round(real, above / way[-1], entered) else None)
        if reason is not None:
            self.pass_over(str(path), reason)
        return real if reason is None else None

    def _is_round(self, real: PurePath, plain: PurePath, entered: set[PurePath]) -> bool:
        """Whether a folder is gone through under another name; ``plain`` is its real path if it is no link."""
        top = PurePath(os.path.realpath(self.root))
        if real == plain and (top in real.parents or not entered):
            return False  # neither is it a link nor did one lead here
        own_name = real.relative_to(top).parts if top in real.parents else ()
        hidden = any(part.startswith('.') for part in own_name)
        written = any(Path(top, *own_name[:depth], OUTPUT_MARKER).exists() for depth in range(1, len(own_name)))
        if own_name and not hidden and not written and self._matches(own_name, partly=True):
            return True
        if real in (top, *top.parents) or real in entered:
            return True
        entered.add(real)
        return False

    def _matches(self, way: tuple[str, ...], partly: bool = False) -> bool:
        return self.pattern is None or matches(way, self.pattern, partly)


def matches(parts: tuple[str, ...], pattern: tuple[str, ...], partly: bool = False) -> bool:
    """Whether the parts of a path match a pattern, or, ``partly``, what lies below them may."""
    if not pattern:
        return not parts and not partly
    if not parts:
        return partly or set(pattern) == {'**'}
    if pattern[0] == '**':
        return matches(parts, pattern[1:], partly) or matches(parts[1:], pattern, partly)
    return fnmatch(parts[0], pattern[0]) and matches(parts[1:], pattern[1:], partly)


def _kind_of(entry: os.DirEntry[str]) -> tuple[bool, bool]:
    """Whether it is a folder, and whether it is a file, or a link to one."""
    try:
        return entry.is_dir(), entry.is_file()
    except OSError:  # a link to itself
        return False, False


def _list_suffixes(paths: list[str]) -> str:
    counts = Counter(sorted(PurePath(path).suffix.lower() or 'no suffix' for path in paths)).most_common()
    more = [f'{len(counts) - SUFFIXES_SHOWN} others'] if len(counts) > SUFFIXES_SHOWN else []
    return ', '.join([suffix for suffix, _ in counts[:SUFFIXES_SHOWN]] + more)

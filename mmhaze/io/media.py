"""What a user names as input: photos, videos or a camera; and going through it in order, until Ctrl-C if need be."""
from __future__ import annotations

import glob
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

import cv2

from .search import PHOTO_SUFFIXES, VIDEO, PassedOver, Reason, Search, is_video

WANTED = ("a photo, a folder with photos, a pattern in quotes such as 'photos/*.jpg', a video, or the number of a "
          'camera such as 0')

Item = TypeVar('Item')
Result = TypeVar('Result')


@dataclass(frozen=True)
class Photos:
    """Photos to go through, and videos.

    Attributes:
        root: the folder that they all lie in, absolute.
        names: their paths from there, with ``/`` on every system; each once.
        unlisted: what is to be said of folders that could not be looked into, and of patterns that match nothing.
        passed: what the search passed over.
        videos: those among them, for who goes through videos; named likewise.
    """

    root: Path
    names: tuple[str, ...]
    unlisted: tuple[str, ...] = ()
    passed: PassedOver = field(default_factory=PassedOver, compare=False)
    videos: tuple[Video, ...] = ()


@dataclass(frozen=True)
class Video:
    """A video file, or the number of a camera, and what to call it."""

    source: Path | int
    name: str


def find_media(sources: Sequence[str], *, videos: bool = False) -> Photos | Video:
    """Finds out what the user means by each of ``sources``, and lists the photos.

    A folder means its photos at any depth, see :class:`~.search.Search`. A pattern means the photos that match it, and
    ``**`` in it any depth. A file given by name is taken whatever its suffix. A camera stands alone.

    Args:
        sources: paths, patterns, or the number of a camera.
        videos: whether a folder or a pattern means its videos, too, and several may be given; else they are passed by.

    Returns:
        The photos and the videos, each in the order of ``sources`` and sorted within each; or the one video or camera.

    Raises:
        FileNotFoundError: a source does not exist, or none holds a photo.
        ValueError: a source is an address, or a video beside others where none is wanted.
    """
    if not all(sources) or not sources:
        raise ValueError(f"wanted {WANTED}, got {', '.join(map(repr, sources)) or 'nothing'}.")
    for source in sources:
        if '://' in source:
            raise ValueError(f'{source} is not on this machine, and nothing is ever fetched from elsewhere: an address '
                             'may lead to another photo tomorrow. Download it and give its path.')
    first = Path(sources[0]).expanduser()
    if len(sources) == 1 and is_video(first):
        return Video(first, first.name)
    if len(sources) == 1 and sources[0].isdecimal() and not first.exists():
        return Video(int(sources[0]), f'camera{int(sources[0])}')
    roots: list[Path] = []
    found: dict[Path, None] = {}
    clips: dict[Path, None] = {}
    unlisted: list[str] = []
    passed = PassedOver()

    def search(root: Path, pattern: tuple[str, ...] | None) -> list[Path]:
        return [root / name for name in Search(root, pattern, pass_over=pass_over, report=unlisted.append)]

    def pass_over(path: str, reason: Reason) -> None:
        if videos and reason is VIDEO:
            clips[Path(path)] = None
        else:
            passed.add(path, reason)

    unmatched: list[str] = []
    for source in sources:
        path, before = Path(os.path.abspath(os.path.expanduser(source))), len(clips)
        if is_video(path):
            if not videos:
                raise ValueError(f'{source} is a video, wanted photos.')
            root, photos = path.parent, []
            clips[path] = None
        elif path.is_dir():
            root, photos = path, search(path, None)
        elif path.exists():
            root, photos = path.parent, [path]
        elif glob.has_magic(source):
            root, pattern = _match(path)
            photos = search(root, pattern) if root.is_dir() else []
            if not photos and len(clips) == before:
                unmatched.append(f'{source} matches no photo.')
        else:
            raise FileNotFoundError(f'There is nothing at {path}. Wanted {WANTED}.')
        roots.append(root)
        found.update(dict.fromkeys(photos))
    if not found and not clips and not unlisted:
        raise FileNotFoundError(f'There is no photo in {", ".join(sources)}. Wanted {WANTED}. Looked for '
                                f'{" ".join(PHOTO_SUFFIXES)}, not in hidden folders nor in what mmhaze wrote. '
                                f'{passed}'.rstrip())
    top = Path(os.path.commonpath(roots))
    return Photos(top, tuple(photo.relative_to(top).as_posix() for photo in found), (*unlisted, *unmatched), passed,
                  tuple(Video(clip, clip.relative_to(top).as_posix()) for clip in clips))


def _match(pattern: Path) -> tuple[Path, tuple[str, ...]]:
    """The folder that the pattern starts from, and the parts of the pattern below it."""
    root, *parts = Path(pattern.anchor), *pattern.parts[1:]
    while len(parts) > 1 and ((root / parts[0]).exists() or not glob.has_magic(parts[0])):
        root /= parts.pop(0)  # a folder may have brackets in its name, and then they are no pattern
    return root, tuple(parts)


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Gives a function that tells whether Ctrl-C was pressed, so that what was begun is finished; a second one kills.

    Only for the main thread.
    """
    pressed = threading.Event()

    def handle(signum: int, frame: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def until(items: Iterable[Item], stopped: Callable[[], bool]) -> Iterator[Item]:
    """The items, as long as ``stopped`` does not say so."""
    for item in items:
        if stopped():
            return
        yield item


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items, up to ``size`` at a time."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def map_in_order(function: Callable[[Item], Result], items: Iterable[Item], workers: int,
                 stopped: Callable[[], bool] = lambda: False) -> Iterator[Result]:
    """``function`` of each item, worked out on threads and given in the order of the items.

    A result is given once it is there, and at most ``2 * workers`` items are taken ahead of the results. Once
    ``stopped`` says so no more are begun, and those under way are finished and given. With several workers OpenCV keeps
    to one thread meanwhile, as each item has one.
    """
    threads = cv2.getNumThreads()
    if workers > 1:
        cv2.setNumThreads(1)
    pool = ThreadPoolExecutor(workers)
    pending: deque[Future[Result]] = deque()
    try:
        for item in items:
            if stopped():
                break
            pending.append(pool.submit(function, item))
            while pending and (len(pending) >= 2 * workers or pending[0].done()):
                yield pending.popleft().result()
        while pending:
            future = pending.popleft()
            if not (stopped() and future.cancel()):
                yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)
        cv2.setNumThreads(threads)

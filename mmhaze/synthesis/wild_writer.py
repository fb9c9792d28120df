"""Writes a set of any size to a folder: over all cores and machines, and so that it can be stopped and run again.

What a folder holds, in the order in which it comes to be:

1. ``settings.json``, what the set is made with, and a mark that keeps searches for photos out.
2. The images of a photo, each written under another name and then renamed, and then its rows, see
   :mod:`mmhaze.synthesis.wild_rows`.
3. ``manifest.csv``, all rows in the order of the photos, and ``skipped.csv``, the photos that could not be used.

A run on such a folder goes on with the photos that have no rows, those that were skipped among them. On a finished set
it compares each image with its checksum in the manifest, and makes photos anew that lack one. Files depend on the photo
and the settings alone, thus the folder is the same to the byte for any number of workers, machines or stops.
"""
from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import cv2

from ..io.files import inside, read_json, write_whole
from ..io.media import mark_output
from ..io.progress import show_progress
from .processes import count_cores, map_in_processes
from .wild_photos import WildPhoto
from .wild_rows import RowStore

Item = TypeVar('Item')

SETTINGS = 'settings.json'
# a column that holds a path below the set's folder, and that of the checksum of what is there
CHECKSUMS = {'file': 'sha256', 'depth': 'depth_sha256'}


class MadePhoto(NamedTuple):
    """What is made of a photo: the bytes of each file by its path below the set's folder, and rows of the manifest."""

    files: dict[str, bytes]
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class Share:
    """This process's part of a set that several machines make in one folder: each ``world``-th photo.

    Attributes:
        rank: which of the processes this is, from 0.
        world: how many there are.
        barrier: waits until all have come here.
    """

    rank: int = 0
    world: int = 1
    barrier: Callable[[], None] = lambda: None

    def of(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items of this process."""
        return islice(items, self.rank, None, self.world)

    def show_progress(self, total: int, done: int, label: str) -> AbstractContextManager[Callable[[int], None]]:
        """See :mod:`mmhaze.io.progress`; of the first process alone, as several bars on one terminal cannot be read."""
        if self.rank:
            return contextlib.nullcontext(lambda count: None)
        return show_progress(total, done=done, label=label, unit='photos')


class Written(NamedTuple):
    """How many photos a set has in the end, and how many were skipped."""

    photos: int
    skipped: int


def write_wild_set(photos: Iterable[WildPhoto], make: Callable[[WildPhoto], MadePhoto], settings: dict,
                   out: str | Path, workers: int | None = None, share: Share = Share()) -> Written:
    """Makes of each photo what ``make`` says, or what is missing of it in the folder ``out``.

    With more than one worker, processes are spawned: a script that calls this needs ``if __name__ == '__main__':``.

    Args:
        photos: gone through several times, and the same each time.
        make: picklable, and a function of the photo alone. A photo for which it raises a ValueError or an OSError is
            skipped. ``rows`` need the columns ``photo``, its name, and ``file``, and get ``sha256``; a column ``depth``
            that is not empty goes with ``depth_sha256``.
        settings: all that ``make`` depends on, as JSON has it.
        out: the set's folder, made if need be; the same for all processes of ``share``.
        workers: how many processes work here; all cores by default, 1 for none but this one.
        share: this process's part.

    Raises:
        ValueError: the folder holds a set made with other settings or of other photos, or there is no photo.
        OSError: a file cannot be written, as when the disk is full; what is finished stays for the next run.
    """
    out = Path(out)
    if workers is not None and workers < 1:
        raise ValueError(f'workers is a number of processes, at least 1, got {workers}; leave it out for all cores.')
    if next(iter(photos), None) is None:
        raise ValueError('There is no photo to make a set of. Name a folder with photos, at any depth, or a list.')
    store = RowStore(out)
    open_folder(out, settings, share)
    _check_images(store, share, workers or count_cores())
    share.barrier()
    total, done = _count(photos, store, share)
    share.barrier()  # before rows come that others would count
    todo = ((photo, make, out) for photo in share.of(photos) if not store.holds(photo.key))
    if total > done:
        with share.show_progress(total, done, out.name) as advance:
            for _ in map_in_processes(_make_photo, todo, min(workers or count_cores(), total - done)):
                advance(1)
    share.barrier()
    written = Written(*store.merge(photos)) if share.rank == 0 else Written(0, 0)
    share.barrier()
    return written


def open_folder(out: Path, settings: dict, share: Share = Share()) -> None:
    """Makes the folder ready for a set with these settings, see :func:`write_wild_set`; leftovers of killed runs go."""
    share.barrier()
    if share.rank == 0:
        path, wanted = out / SETTINGS, json.loads(json.dumps(settings))
        if path.is_file():
            _check_settings(path, wanted)
        elif out.exists() and any(not entry.name.endswith('.part') for entry in out.iterdir()):
            raise ValueError(f'{out} holds files, and no {SETTINGS} says how they were made. Choose another folder.')
        else:
            write_whole(path, (json.dumps(wanted, indent=2) + '\n').encode())
        _remove_leftovers(out)
        mark_output(out)
    share.barrier()


def _check_settings(path: Path, settings: dict) -> None:
    found = read_json(path)
    for name in {**settings, **found}:
        if found.get(name) != settings.get(name):
            raise ValueError(f'{path.parent} holds a set made with other settings: by {SETTINGS}, {name} is '
                             f'{found.get(name)!r} there and {settings.get(name)!r} in this run. Give the settings it '
                             'was made with, choose another folder, or delete this one first.')


def _remove_leftovers(out: Path) -> None:
    for folder, _, files in os.walk(out):
        for file in files:
            if file.startswith('.') and file.endswith('.part'):
                Path(folder, file).unlink()


def _check_images(store: RowStore, share: Share, workers: int) -> None:
    """Gives back its rows to each photo of the manifest whose files are what the manifest says."""
    if not store.manifest.is_file():
        return
    total = sum(1 for _ in share.of(store.read_manifest()))
    tasks = ((store.out, name, rows) for name, rows in share.of(store.read_manifest()))
    with share.show_progress(total, 0, f'checking {store.out.name}') as advance:
        for _ in map_in_processes(_check_photo, tasks, max(1, min(workers, total))):
            advance(1)


def _check_photo(out: Path, name: str, rows: list[dict[str, str]]) -> None:
    store, key = RowStore(out), WildPhoto(name, Path()).key
    where = f'{store.manifest}, photo {name},'
    checksums = {row[path]: row.get(checksum) for row in rows for path, checksum in CHECKSUMS.items() if row.get(path)}
    with contextlib.suppress(FileNotFoundError):
        if all(_sha256(inside(out, path, where).read_bytes()) == checksum for path, checksum in checksums.items()):
            store.save(key, rows)
            return
    store.discard(key)


def _count(photos: Iterable[WildPhoto], store: RowStore, share: Share) -> tuple[int, int]:
    """How many photos this process has to make, and how many of them are finished."""
    counts = [0, 0]  # photos, finished ones
    own = [0, 0]
    for index, photo in enumerate(photos):
        finished = store.holds(photo.key)
        counts = [counts[0] + 1, counts[1] + finished]
        if index % share.world == share.rank:
            own = [own[0] + 1, own[1] + finished]
    others = store.count() - counts[1]
    if others:
        raise ValueError(f'{store.out} holds images of {others} photos that are no longer among those given. '
                         'Give them again, or make another set in another folder.')
    return own[0], own[1]


def _make_photo(photo: WildPhoto, make: Callable[[WildPhoto], MadePhoto], out: Path) -> None:
    store = RowStore(out)
    try:
        made = make(photo)
    except (ValueError, OSError, cv2.error) as error:
        store.skip(photo.key, str(error))
        return
    try:
        for path, data in made.files.items():
            write_whole(out / path, data)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        store.skip(photo.key, f'{photo.name}: {error}. Give it a shorter name.')
        return
    store.save(photo.key, [{**row, 'sha256': _sha256(made.files[row['file']])} for row in made.rows])


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

"""A set of clear photos, however many, each made into images at known levels: Haze-wild.

What the folder holds, in the order in which it comes to be:

1. ``settings.json``, what the set is made with, and a mark that keeps searches for photos out.
2. The images of a photo, and then its rows, see :mod:`mmhaze.synthesis.wild_rows`.
3. ``manifest.csv``, all rows in the order of the photos, and ``skipped.csv``, the photos that could not be used.

A run goes on with the photos that have no rows, those that were skipped among them.
"""
from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import cv2

from ..io.files import read_json, write_whole
from ..io.search import mark_output
from .wild_photos import WildPhoto
from .wild_rows import RowStore
from .writer import CHECKS, Share, Work, find_whole, refuse_settings, sha256

SETTINGS = 'settings.json'
# a column that holds a path below the set's folder, and that of the checksum of what is there
CHECKSUMS = {'file': 'sha256', 'depth': 'depth_sha256'}


class MadePhoto(NamedTuple):
    """What is made of a photo: the bytes of each file by its path below the set's folder, and rows of the manifest."""

    files: dict[str, bytes]
    rows: list[dict[str, str]]


class Written(NamedTuple):
    """How many photos a set has in the end, and how many were skipped."""

    photos: int
    skipped: int


class PhotoSet:
    """Plan of :func:`~.writer.write_set`, which gives :class:`Written`, zeros but in the first process.

    A unit of work is a photo: where the set is finished, a photo of which a file is damaged is made anew.

    Args:
        photos: gone through several times, and the same each time.
        make: picklable, and a function of the photo alone. A photo for which it raises a ValueError or an OSError is
            skipped. ``rows`` need the columns ``photo``, its name, and ``file``, and get ``sha256``; a column ``depth``
            that is not empty goes with ``depth_sha256``.
        settings: all that ``make`` depends on, as JSON has it.
        out: the set's folder, made if need be; the same for all processes of a share.

    Raises:
        ValueError: there is no photo; when written, the folder holds images of others.
    """

    unit = 'photos'

    def __init__(self, photos: Iterable[WildPhoto], make: Callable[[WildPhoto], MadePhoto], settings: dict[str, Any],
                 out: str | Path) -> None:
        if next(iter(photos), None) is None:
            raise ValueError('There is no photo to make a set of. Name a folder with photos, at any depth, or a list.')
        self.photos, self.make, self.out = photos, make, Path(out)
        self.settings = json.loads(json.dumps(settings))
        self.store = RowStore(self.out)

    def open(self) -> None:
        path = self.out / SETTINGS
        if path.is_file():
            found = read_json(path)
            for name in {**self.settings, **found}:
                if found.get(name) != self.settings.get(name):
                    refuse_settings(path, f'{name} is {found.get(name)!r} there and {self.settings.get(name)!r} in '
                                          'this run')
        elif self.out.exists() and any(not entry.name.endswith('.part') for entry in self.out.iterdir()):
            raise ValueError(f'{self.out} holds files, and no {SETTINGS} says how they were made. Choose another '
                             'folder.')
        else:
            write_whole(path, (json.dumps(self.settings, indent=2) + '\n').encode())
        mark_output(self.out)

    def find_checks(self, share: Share) -> Work:
        if not self.store.manifest.is_file():
            return Work(_check_photo, (), 0)
        total = sum(1 for _ in share.of(self.store.read_manifest()))
        tasks = ((self.out, name, rows) for name, rows in share.of(self.store.read_manifest()))
        return Work(_check_photo, tasks, total, processes=-(-total // CHECKS))

    def find_work(self, share: Share) -> Work:
        total, done = self._count(share)
        tasks = ((photo, self.make, self.out) for photo in share.of(self.photos) if not self.store.holds(photo.key))
        return Work(_make_photo, tasks, total, done, total - done)

    def add(self, result: None) -> int:
        return 1

    def finish(self, share: Share) -> Written:
        return Written(*self.store.merge(self.photos)) if share.rank == 0 else Written(0, 0)

    def _count(self, share: Share) -> tuple[int, int]:
        """How many photos this process has to make, and how many of them are finished."""
        finished, own, own_finished = 0, 0, 0
        for index, photo in enumerate(self.photos):
            holds = self.store.holds(photo.key)
            finished += holds
            if index % share.world == share.rank:
                own, own_finished = own + 1, own_finished + holds
        others = self.store.count() - finished
        if others:
            raise ValueError(f'{self.out} holds images of {others} photos that are no longer among those given. '
                             'Give them again, or make another set in another folder.')
        return own, own_finished


def _check_photo(out: Path, name: str, rows: list[dict[str, str]]) -> None:
    """Gives back its rows to a photo of the manifest whose files are what the manifest says."""
    store, key = RowStore(out), WildPhoto(name, Path()).key
    checksums = {row[path]: row.get(checksum) or '' for row in rows for path, checksum in CHECKSUMS.items()
                 if row.get(path)}
    if find_whole(out, checksums, f'{store.manifest}, photo {name},').keys() == checksums.keys():
        store.save(key, rows)
    else:
        store.discard(key)


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
    store.save(photo.key, [{**row, 'sha256': sha256(made.files[row['file']])} for row in made.rows])

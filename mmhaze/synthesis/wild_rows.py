"""The rows of a manifest that many processes write at once: a small file a photo, put together in the end.

Below ``.rows`` a finished photo has ``ab/abcd....csv``, its part of the manifest, and one that was skipped
``ab/abcd....skip``, the reason. Each is written whole, once everything that it speaks of is there.
"""
from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import IO

from ..io.files import write_whole
from ..io.tables import open_table, write_table
from .wild_photos import WildPhoto
from .writer import MANIFEST

FOLDER = '.rows'
SKIPPED = 'skipped.csv'


class RowStore:
    """The rows of the set in the folder ``out``, of which ``manifest.csv`` becomes."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.manifest = out / MANIFEST

    def holds(self, key: str) -> bool:
        """Whether the photo of this key is finished."""
        return self._path(key).exists()

    def save(self, key: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Keeps the rows of a finished photo."""
        write_table(self._path(key), rows)

    def skip(self, key: str, reason: str) -> None:
        """Keeps why a photo gave no rows."""
        write_whole(self._path(key, '.skip'), reason.encode(errors='surrogateescape'))

    def discard(self, key: str) -> None:
        """Forgets the rows of a photo, which is to be made anew."""
        self._path(key).unlink(missing_ok=True)

    def count(self) -> int:
        """How many photos are finished."""
        return sum(1 for _ in (self.out / FOLDER).glob('??/*.csv'))

    def merge(self, photos: Iterable[WildPhoto]) -> tuple[int, int]:
        """Writes the manifest in the order of the photos, and ``skipped.csv`` where some were; the rows' files go.

        Returns:
            How many photos are in the manifest, and how many were skipped.

        Raises:
            RuntimeError: a photo has neither rows nor a reason.
            ValueError: photos have rows with different columns.
        """
        merged, skipped, columns = 0, 0, b''
        with _replace(self.manifest) as manifest, _replace(self.out / SKIPPED) as reasons:
            reasons.write(b'photo,reason\n')
            for photo in photos:
                if self.holds(photo.key):
                    header, _, rows = self._path(photo.key).read_bytes().partition(b'\n')
                    if merged == 0:
                        columns = header
                        manifest.write(header + b'\n')
                    elif header != columns:
                        raise ValueError(f'The rows of {photo.name} have other columns than those before. '
                                         f'Delete {self._path(photo.key)} and run again.')
                    manifest.write(rows)
                    merged += 1
                else:
                    reasons.write(_as_line(photo.name, self._read_reason(photo)))
                    skipped += 1
        if not skipped:
            (self.out / SKIPPED).unlink()
        if not merged:
            self.manifest.unlink()
        shutil.rmtree(self.out / FOLDER, ignore_errors=True)
        return merged, skipped

    def read_manifest(self) -> Iterator[tuple[str, list[dict[str, str]]]]:
        """Each photo of the manifest, by the column ``photo``, with its rows."""
        with open_table(self.manifest) as table:
            if 'photo' not in table.columns:
                raise ValueError(f'{self.manifest} is damaged, it has no column photo. Delete it: the next run makes '
                                 'the set anew.')
            for name, rows in groupby(table, key=lambda row: row['photo']):
                yield name, list(rows)

    def _path(self, key: str, suffix: str = '.csv') -> Path:
        return self.out / FOLDER / key[:2] / f'{key}{suffix}'

    def _read_reason(self, photo: WildPhoto) -> str:
        try:
            return self._path(photo.key, '.skip').read_bytes().decode(errors='surrogateescape')
        except FileNotFoundError:
            raise RuntimeError(f'{photo.name} was neither finished nor skipped: photos came or went during the run, or '
                               'another machine does not see this folder. Run again.') from None


@contextmanager
def _replace(path: Path) -> Iterator[IO[bytes]]:
    """A stream to a file that has its name once it is whole."""
    part = path.with_name(f'.{path.name}.{os.getpid()}.part')
    try:
        with part.open('wb') as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _as_line(*cells: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerow(cells)
    return text.getvalue().encode(errors='surrogateescape')  # a file name that is no UTF-8 keeps its bytes

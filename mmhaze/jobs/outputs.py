"""The folder that a job writes: its pictures, and the table of them that grows row by row."""
from __future__ import annotations

import contextlib
import csv
import errno
import math
import os
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..io.files import write_whole
from ..io.metadata import add_metadata, read_metadata
from ..io.search import OUTPUT_MARKER, mark_output

if TYPE_CHECKING:
    from typing_extensions import Self  # typing has it since Python 3.11

JPEG_SETTINGS = (cv2.IMWRITE_JPEG_QUALITY, 92)
# what may follow the name of what was read in that of a picture; nothing may where a video gives a video
SUFFIXES = ('.jpg', '.png', '.mp4')


class GrowingLines:
    """A text file that grows line by line as ``.NAME.part`` and has its name once it is closed; a context manager.

    Each line is handed to the system at once, so a program that is killed leaves the lines so far. However else the job
    ends, closing gives the file its name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # a file name that is no UTF-8 keeps its bytes
        self._stream = part_of(path).open('w', newline='', encoding='utf-8', errors='surrogateescape')

    def add_line(self, line: str) -> None:
        """Writes one line, given without its end."""
        self._stream.write(f'{line}\n')
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._stream:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        part_of(self.path).replace(self.path)


class GrowingTable(GrowingLines):
    """A CSV file that grows row by row."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(path)
        self._rows = csv.DictWriter(self._stream, columns, lineterminator='\n')
        self._rows.writeheader()

    def add(self, cells: Mapping[str, str]) -> None:
        """Writes one row: a text for each column."""
        self._rows.writerow(cells)
        self._stream.flush()


class OutputFolder:
    """A folder with tables, and a subfolder a kind of picture.

    Args:
        path: the folder.
        tables: their names; the column ``file`` of the first one names what was read.
        kinds: the subfolders that the tables account for.
        made: those of them that this job makes.
        with_exif: those of them that get the EXIF data of their photo.
    """

    def __init__(self, path: str | Path, tables: Sequence[str], kinds: Sequence[str], made: Collection[str],
                 with_exif: Collection[str] = ()) -> None:
        self.path, self.with_exif = Path(os.path.abspath(path)), with_exif
        self.tables, self.kinds, self.made = [self.path / table for table in tables], kinds, made
        self._begun, self._beginning = False, threading.Lock()

    def place(self, kind: str, file: str, suffix: str) -> Path:
        """Where the picture of ``file`` goes: its own path with one more suffix, so that no two photos share one."""
        return self.path / kind / f'{file}{suffix}'

    def refuse_as_input(self, inputs: Iterable[Path]) -> None:
        """Raises a ValueError where an input lies in one of the subfolders: it might be overwritten."""
        written = {(self.path / kind).resolve() for kind in self.kinds}
        for folder in {path.parent for path in inputs}:
            folder = folder.resolve()
            for own in written & {folder, *folder.parents}:
                raise ValueError(f'The input lies in {own}, where this run would write. Choose another folder.')

    def write(self, source: Path, file: str, pictures: Iterable[tuple[str, str, np.ndarray]]) -> str | None:
        """Writes the pictures of ``file``, which was read from ``source``: kind, suffix and picture of each.

        All are encoded before the first is written: a photo with a problem leaves nothing. The first photo without one
        begins the folder, see :meth:`begin`. Pictures in colour carry the colour profile of their photo.

        Returns:
            Why they cannot be, or None.

        Raises:
            OSError: nothing can be written, as when the disk is full.
        """
        try:
            data = self._encode(source, file, pictures)
            self.begin()
            for path, content in data:
                write_whole(path, content)
        except ValueError as error:
            return f'{source}: {error}.'
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            return f'{source} has a name too long to be given one more suffix.'
        return None

    def _encode(self, source: Path, file: str,
                pictures: Iterable[tuple[str, str, np.ndarray]]) -> list[tuple[Path, bytes]]:
        data = []
        for kind, suffix, picture in pictures:
            content = encode_picture(picture, suffix)
            if picture.ndim == 3:  # masks are in no colour
                size = (picture.shape[1], picture.shape[0]) if kind in self.with_exif else None
                content = add_metadata(content, suffix, read_metadata(source, size))
            data.append((self.place(kind, file, suffix), content))
        return data

    def begin(self) -> None:
        """Removes what the job before left here, as its first table has it, and makes the subfolders; once.

        Only to be called with something to put there: a job that comes to nothing leaves the results of the one before.
        """
        with self._beginning:
            if not self._begun:
                self._clear()
                for kind in self.made:
                    mark_output(self.path / kind)
                self._begun = True

    def _clear(self) -> None:
        for kind in self.kinds:
            if (self.path / kind / OUTPUT_MARKER).exists():  # else somebody else made it
                for file in self._former_files():
                    for name in (file, *(file + suffix for suffix in SUFFIXES)):
                        _remove(self.path / kind / name, self.path / kind)
        for table in self.tables:
            table.unlink(missing_ok=True)
            part_of(table).unlink(missing_ok=True)

    def _former_files(self) -> list[str]:
        """What the first table names, and what that of a killed job names."""
        files: dict[str, None] = {}
        for table in [each for first in self.tables[:1] for each in (first, part_of(first))]:
            # csv.Error: not a table that a job wrote
            with contextlib.suppress(FileNotFoundError, csv.Error), \
                    table.open(newline='', encoding='utf-8', errors='surrogateescape') as lines:
                files.update(dict.fromkeys(row.get('file') or '' for row in csv.DictReader(lines)))
        return [file for file in files if file]


def encode_picture(img: np.ndarray, suffix: str) -> bytes:
    """The file of a picture, (H, W, 3) or (H, W) uint8, in the format of ``suffix``.

    Raises:
        ValueError: the format cannot hold it, as JPEG no side above 65500 pixels.
    """
    try:
        encoded, data = cv2.imencode(suffix, img, JPEG_SETTINGS if suffix == '.jpg' else ())
    except cv2.error:
        encoded = False
    if not encoded:
        raise ValueError(f'{img.shape[1]} x {img.shape[0]} pixels do not go into a {suffix} file')
    return data.tobytes()


def as_text(value: str | bool | float | None) -> str:
    """A cell of a table: empty where nothing is known, six places of a float."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ''
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return f'{value:.6f}' if isinstance(value, float) else str(value)


def part_of(path: Path) -> Path:
    """The name of a file that is not whole yet."""
    return path.with_name(f'.{path.name}.part')


def _remove(path: Path, top: Path) -> None:
    """Removes a file below ``top``, and the folders up to there that are empty then."""
    path = Path(os.path.normpath(path))
    if top not in path.parents or not path.is_file():
        return
    path.unlink()
    for folder in path.parents:
        if folder == top or any(folder.iterdir()):
            return
        folder.rmdir()

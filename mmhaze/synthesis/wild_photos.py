"""The clear photos that a set is made of, however many: gone through in order, never held all at once."""
from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..io.files import spell_path
from ..io.search import PassedOver, Search
from ..io.tables import TABLE_SUFFIXES, open_table, read_number

COLUMNS = ('photo', 'depth', 'kind', 'scale')


@dataclass(frozen=True)
class WildPhoto:
    """A clear photo.

    Attributes:
        name: its path from the folder or from that of the list, with ``/`` on every system; no two have the same.
        path: where it is.
        depth: its depth map where the list names one.
        kind, scale: what the values of that map are; None where the list leaves it open.
    """

    name: str
    path: Path
    depth: Path | None = None
    kind: str | None = None
    scale: float | None = None

    @property
    def key(self) -> str:
        """32 hexadecimal digits that stand for the name."""
        return hashlib.sha256(os.fsencode(self.name)).hexdigest()[:32]

    @property
    def place(self) -> str:
        """Where in a set what is made of it goes, before a suffix: the name, and no two photos have one place.

        A photo of a list that lies outside the list's folder goes below ``elsewhere/``, and a code for its folder.
        """
        path = PurePath(self.name)
        if not path.is_absolute() and '..' not in path.parts:
            return self.name
        folder = hashlib.sha256(os.fsencode(path.parent.as_posix())).hexdigest()[:12]
        return f'elsewhere/{folder}/{path.name}'


@dataclass(frozen=True)
class PhotoFolder:
    """The photos of a folder at any depth, sorted by path, see :class:`~mmhaze.io.search.Search`.

    Attributes:
        root: the folder.
        without: a folder in it to leave out, such as that of the depth maps.

    Raises:
        OSError: when gone through, a folder that cannot be looked into.
    """

    root: Path
    without: Path | None = None

    def __iter__(self) -> Iterator[WildPhoto]:
        return (WildPhoto(name, self.root / name) for name in Search(self.root, without=self.without))

    def find_passed(self) -> PassedOver:
        """What is passed over; goes through the folder once more."""
        passed = PassedOver()
        for _ in Search(self.root, without=self.without, pass_over=passed.add):
            pass
        return passed


@dataclass(frozen=True)
class PhotoTable:
    """The photos of a CSV file, in its order: a column ``photo``, and perhaps ``depth``, ``kind`` and ``scale``.

    Paths are relative to the file's folder, or absolute; empty cells leave open what they are of. Going through them
    holds a number for each photo, to see whether one is listed twice.

    Raises:
        ValueError: when gone through, the file or a line of it is not as above.
    """

    path: Path

    @property
    def root(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent

    def find_passed(self) -> PassedOver:
        """Nothing is passed over: a list says what is meant."""
        return PassedOver()

    def __iter__(self) -> Iterator[WildPhoto]:
        seen: set[int] = set()
        with open_table(self.path, ['photo'], COLUMNS) as rows:
            others = set(rows.columns) - set(COLUMNS)
            if others:
                raise ValueError(f'{self.path} wants a column photo, and may have depth, kind and scale; it also has '
                                 f'{sorted(others)}. Take these out.')
            for row in rows:
                photo = self._read(row, f'{self.path}, line {rows.line}')
                number = int(photo.key[:16], 16)
                if number in seen:
                    raise ValueError(f'{self.path}, line {rows.line} lists {photo.name} a second time. '
                                     'Take one of the two lines out.')
                seen.add(number)
                yield photo

    def _read(self, row: dict[str, str], where: str) -> WildPhoto:
        photo, depth, kind, scale = (row.get(column, '').strip() for column in COLUMNS)
        if not photo:
            raise ValueError(f'{where} names no photo.')
        try:
            number = read_number(scale) if scale else None
        except ValueError as error:
            raise ValueError(f'{where} has the scale {scale!r}, wanted a number, or nothing: {error}.') from None
        path = Path(os.path.normpath(spell_path(self.root, photo, where)))
        return WildPhoto(path.as_posix(), Path(os.path.abspath(self.root / path)),
                         self.root / spell_path(self.root, depth, where) if depth else None, kind or None, number)


def find_photos(source: str | Path, without: str | Path | None = None) -> PhotoFolder | PhotoTable:
    """What ``source`` means: the photos of a folder, or those of a ``.csv`` or ``.tsv`` file.

    Args:
        source: the folder or file.
        without: see :class:`PhotoFolder`.

    Raises:
        FileNotFoundError: there is neither.
    """
    if not str(source):
        raise ValueError("wanted a folder with photos or a file that lists them, got ''.")
    source = Path(os.path.abspath(Path(source).expanduser()))
    if source.is_dir():
        return PhotoFolder(source, None if without is None else Path(os.path.abspath(Path(without).expanduser())))
    if source.is_file() and source.suffix.lower() in TABLE_SUFFIXES:
        return PhotoTable(source)
    raise FileNotFoundError(f'{source} is neither a folder with photos nor a .csv file that lists photos.')

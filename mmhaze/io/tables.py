"""Tables in text files, which people write by hand, in spreadsheets and by scripts; all are read here.

What spreadsheets do to a table is read where it can mean one thing only: a byte order mark and UTF-16; columns parted
by commas, semicolons, tabs or bars, also as a first line ``sep=;`` says it; names of columns in other case and with
spaces around; columns without a name and rows without a cell. All else is refused, and the error shows what was found.
"""
from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TextIO

from .files import write_whole

DELIMITERS = {',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars'}
# the first bytes of files that a spreadsheet writes and that are no text
WORKBOOKS = {b'PK\x03\x04': 'a workbook, .xlsx or .ods', b'\xd0\xcf\x11\xe0': 'an old workbook, .xls',
             b'\x1f\x8b': 'a packed file, .gz'}
# what goes by these is a table; that a workbook is none is said when it is opened
TABLE_SUFFIXES = ('.csv', '.tsv', '.xlsx', '.xls', '.ods')
LONGEST_LINE = 1 << 20  # characters, of a first line
_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


class Table:
    """The rows of an open table, each a dict of cells by the name of the column; a cell that is not there is ``''``.

    Attributes:
        columns: their names, as they are wanted where they are, else as the file has them.

    Raises:
        ValueError: there is no column of a wanted name, or two; when gone through, a row has more cells than columns.
    """

    def __init__(self, path: Path, lines: TextIO, wanted: Sequence[str] = (), known: Sequence[str] = ()) -> None:
        self._path = path
        header, delimiter, self._skipped = _read_header(path, lines)
        self._delimiter = delimiter or _find_delimiter(header, (*wanted, *known))
        spaced = bool(re.search(re.escape(self._delimiter) + ' +"?[^ ]', header))  # then quotes come after spaces, too
        self._rows = csv.reader(chain([header], lines) if header else lines, delimiter=self._delimiter,
                                skipinitialspace=spaced)
        self._cells = next(self._rows, [])
        self._known = (*wanted, *known)
        self._names = _name_columns(self._cells, self._known, path)
        self.columns = tuple(name for name in self._names if name)
        if not set(wanted) <= set(self.columns):
            raise ValueError(self._describe_lack(wanted))

    @property
    def line(self) -> int:
        """The number of the line that was read last, from 1."""
        return self._skipped + self._rows.line_num

    def __iter__(self) -> Iterator[dict[str, str]]:
        count = len(self._names)
        for cells in self._rows:
            if not any(cells) or not any(map(str.strip, cells)):
                continue
            if any(map(str.strip, cells[count:])):
                raise ValueError(f'{self._path}, line {self.line} has {len(cells)} cells, and the first line names '
                                 f'{count} columns. Put quotes around a cell that holds {self._delimiter!r}.')
            row = dict(zip(self._names, cells + [''] * (count - len(cells))))
            row.pop('', None)
            yield row

    def _describe_lack(self, wanted: Sequence[str]) -> str:
        """Which columns there are, and the line that would be right."""
        separated, advice, right = _name(self._delimiter), 'Make its first line', [*wanted]
        text = self._delimiter.join(self._cells)
        lacking = [name for name in wanted if name not in self.columns]
        others = [name for name in self.columns if name not in self._known and not _fold(name).startswith('split')]
        if re.search(r'\.[A-Za-z]\w{2,3}\b', text):
            advice = 'Is that a row already? Put this line above it'
        elif len(self._cells) == 1 and set(wanted) <= set(map(_fold, text.split())):
            separated = 'spaces, it seems'
        elif len(self._cells) == 1 < len(wanted):
            separated = 'nothing that is known'
        elif len(others) == len(lacking):  # perhaps these are they
            meant = dict(zip(others, lacking))
            right = [meant.get(name, name) for name in self._names]
        else:
            right = [*self._names, *lacking]
        found = ', '.join(repr(cell.strip()) for cell in self._cells) or 'none'
        return (f'{self._path} wants the columns {", ".join(wanted)}, and has no {", ".join(lacking)}. Found: {found}, '
                f'separated by {separated}. {advice}: {self._delimiter.join(right)}')


@contextmanager
def open_table(path: Path, wanted: Sequence[str] = (), known: Sequence[str] = ()) -> Iterator[Table]:
    """The rows of a CSV file.

    Args:
        path: the file.
        wanted: columns that must be there.
        known: columns that may be there.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: while it is read, it is no such text, or see :class:`Table`; the error names it.
    """
    try:
        with path.open(newline='', encoding=_find_encoding(path)) as lines:
            yield Table(path, lines, wanted, known)
    except UnicodeDecodeError as error:
        raise _no_text(path, error) from error
    except csv.Error as error:
        raise ValueError(f'{path} cannot be read as CSV: {error}. Save it again, a row a line.') from error


def has_columns(path: Path, *wanted: str) -> bool:
    """Whether it is a table that has these columns; False too where it is not there or no table."""
    try:
        with open_table(path, wanted):
            return True
    except (ValueError, OSError):
        return False


def read_table(path: Path, wanted: Sequence[str] = ()) -> list[dict[str, str]]:
    """The rows of a CSV file, by column; raises as :func:`open_table`."""
    with open_table(path, wanted) as table:
        return list(table)


def write_table(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Writes a CSV file, whole or not at all; all rows have the columns of the first."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator='\n')
    table.writeheader()
    table.writerows(rows)
    write_whole(path, text.getvalue().encode())


def read_lines(path: Path) -> list[str]:
    """The lines of a text file; raises as :func:`open_table`."""
    try:
        return path.read_text(encoding=_find_encoding(path)).splitlines()
    except UnicodeDecodeError as error:
        raise _no_text(path, error) from error


def read_number(text: str) -> float:
    """A number with a decimal point or a decimal comma.

    Raises:
        ValueError: it is none, or ``'1,500'``, which is one and a half to some and fifteen hundred to others.
    """
    text = text.strip()
    if re.fullmatch(r'[+-]?0*[1-9]\d*,\d{3}', text):
        raise ValueError(f'{text!r} may be {text.replace(",", "")} or {text.replace(",", ".")}')
    return float(text.replace(',', '.') if re.fullmatch(r'[+-]?\d*,\d+([eE][+-]?\d+)?', text) else text)


def _find_encoding(path: Path) -> str:
    with path.open('rb') as stream:
        first = stream.read(64)
    for mark, what in WORKBOOKS.items():
        if first.startswith(mark):
            raise ValueError(f'{path} is {what}, whatever its name, and no text. Open it in the spreadsheet, and save '
                             'it as "CSV UTF-8".')
    if first.startswith((b'\xff\xfe', b'\xfe\xff')):
        return 'utf-16'
    if len(first) > 3 and not any(first[1::2]) and all(first[::2]):
        return 'utf-16-le'
    return 'utf-8-sig'


def _read_header(path: Path, lines: TextIO) -> tuple[str, str | None, int]:
    """The first line that is not blank, the delimiter that a line above it names, and how many lines were above."""
    delimiter = None
    for skipped in range(LONGEST_LINE):
        line = lines.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE:
            raise ValueError(f'{path} cannot be read as CSV: its first line has more than {LONGEST_LINE} characters. '
                             'Save it again, a row a line.')
        named = _SEPARATOR.fullmatch(line.strip('\r\n'))
        if named:
            delimiter = named[1]
        elif line.strip() or not line:
            return line, delimiter, skipped
    return '', delimiter, LONGEST_LINE


def _find_delimiter(header: str, names: Sequence[str]) -> str:
    """The one that gives the most of the names, and then the most columns."""
    folded = set(map(_fold, names))

    def fit(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        return len(folded & set(map(_fold, cells))), len(cells)

    return max(DELIMITERS, key=fit)


def _name_columns(cells: Sequence[str], known: Sequence[str], path: Path) -> list[str]:
    """The names of the columns; one that is known, be it in other case or with spaces, as it is known."""
    names = [cell.replace('\ufeff', '').strip() for cell in cells]
    exact = Counter(names)
    folded = Counter(map(_fold, names))
    for name in dict.fromkeys(known):
        if max(exact[name], folded[_fold(name)] if not exact[name] else 0) > 1:
            raise ValueError(f'{path} has more than one column {name}. Leave one, or give the others another name.')
    by_folded = {_fold(name): name for name in known if not exact[name]}
    return [by_folded.get(_fold(name), name) if name not in known else name for name in names]


def _fold(name: str) -> str:
    return re.sub(r'[\s_-]+', '_', name.replace('\ufeff', '').strip().casefold())


def _name(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, f'{delimiter!r}')


def _no_text(path: Path, error: UnicodeDecodeError) -> ValueError:
    return ValueError(f'{path} is no text in {error.encoding.upper()}: {error.reason} at byte {error.start}. Save it '
                      'again as UTF-8, in a spreadsheet as "CSV UTF-8".')

"""Tables in text files, which people write by hand, in spreadsheets and by scripts."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .files import write_whole


@contextmanager
def open_table(path: Path) -> Iterator[csv.DictReader]:
    """The rows of a CSV file in UTF-8, with or without the byte order mark of spreadsheets.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: while it is read, it is no such text; the error names it.
    """
    try:
        with path.open(newline='', encoding='utf-8-sig') as lines:
            yield csv.DictReader(lines)
    except UnicodeDecodeError as error:
        raise _no_text(path, error) from error
    except csv.Error as error:
        raise ValueError(f'{path} cannot be read as CSV: {error}. Save it again, a row a line.') from error


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by column; raises as :func:`open_table`."""
    with open_table(path) as table:
        return [dict(row) for row in table]


def write_table(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Writes a CSV file, whole or not at all; all rows have the columns of the first."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator='\n')
    table.writeheader()
    table.writerows(rows)
    write_whole(path, text.getvalue().encode())


def read_lines(path: Path) -> list[str]:
    """The lines of a text file in UTF-8; raises as :func:`open_table`."""
    try:
        return path.read_text(encoding='utf-8-sig').splitlines()
    except UnicodeDecodeError as error:
        raise _no_text(path, error) from error


def _no_text(path: Path, error: UnicodeDecodeError) -> ValueError:
    return ValueError(f'{path} is no text in UTF-8: {error.reason} at byte {error.start}. Save it again as UTF-8, in a '
                      'spreadsheet as "CSV UTF-8".')

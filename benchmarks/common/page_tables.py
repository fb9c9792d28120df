"""Puts tables of what was measured into pages of the documentation, between two comments each."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mmhaze.io.files import write_whole

END = '<!-- end of it -->'


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown; columns whose head begins with ``'#'`` are numbers, and stand to the right."""
    lines = [[name.lstrip('#') for name in head], ['---:' if name.startswith('#') else '---' for name in head], *rows]
    return '\n'.join(f'| {" | ".join(map(str, line))} |' for line in lines)


def number(value: float | None) -> str:
    """Three digits without the leading 0, as .850; a dash for None."""
    return '-' if value is None else re.sub(r'^(-?)0\.', r'\1.', f'{value:.3f}')


def with_interval(found: Mapping[str, float] | None, bold: bool = False) -> str:
    """``value``, ``low`` and ``high`` as .850 [.812, .891]; a dash for None."""
    if found is None:
        return '-'
    value = number(found['value'])
    return f'{f"**{value}**" if bold else value} [{number(found["low"])}, {number(found["high"])}]'


def put_table(page: Path, name: str, table: str) -> None:
    """Writes the page :func:`with_table`."""
    write_whole(page, with_table(page.read_text(encoding='utf-8'), name, table, str(page)).encode())


def with_table(text: str, name: str, table: str, page: str) -> str:
    """The text of a page with a table between ``<!-- table of NAME -->`` and the comment that ends it.

    Args:
        text: of the page.
        name, table: what is put there.
        page: its name, for a message.

    Raises:
        ValueError: the page has no such place, or several.
    """
    begin = f'<!-- table of {name} -->'
    place = re.compile(f'({re.escape(begin)}\n).*?({re.escape(END)})', re.DOTALL)
    if len(place.findall(text)) != 1:
        raise ValueError(f'{page} has not one place for a table, "{begin}" and then "{END}", but '
                         f'{len(place.findall(text))}. Put these two lines where it shall stand.')
    return place.sub(lambda found: f'{found[1]}{table}\n{found[2]}', text)

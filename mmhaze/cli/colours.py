"""Colours in what a command prints, on a terminal alone."""
from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

LEVELS = (32, 36, 33, 35, 31)  # codes of a terminal for clear to very dense: green, cyan, yellow, magenta, red


def has_colours(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether ``stream`` is a terminal that shows colours, and ``NO_COLOR`` does not refuse them."""
    if environment.get('NO_COLOR') or environment.get('TERM') == 'dumb':
        return False
    return stream.isatty() and (os.name != 'nt' or 'WT_SESSION' in environment)  # the old console prints the codes


def paint_level(text: str, level: int) -> str:
    """The text in the colour of a level of the network in the box, 0 to 4."""
    return f'\x1b[{LEVELS[level]}m{text}\x1b[0m'

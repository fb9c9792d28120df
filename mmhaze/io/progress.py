"""Progress with the time left, on standard error: a bar on a terminal, a line now and then in a log."""
from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def show_progress(total: int, done: int = 0, label: str = '', unit: str = 'images') -> Iterator[Callable[[int], None]]:
    """Gives a function to be called with how many were made since; ``done`` of ``total`` were there before.

    Some videos say that they have fewer frames than they have: beyond ``total`` the number alone is told.
    """
    from rich.console import Console  # rich takes a while to import, and a single photo shows no progress
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(TextColumn('{task.description}', markup=False), BarColumn(), MofNCompleteColumn(),
                      TimeRemainingColumn(), console=console) as progress:
            task = progress.add_task(label, total=total, completed=done)

            def advance(count: int) -> None:
                progress.advance(task, count)
                if progress.tasks[0].completed > total:
                    progress.tasks[0].total = None

            yield advance
    else:
        yield _lines(console, total, done, label, unit)


def _lines(console: Console, total: int, done: int, label: str, unit: str) -> Callable[[int], None]:
    start = said = time.monotonic()
    made = 0

    def advance(count: int) -> None:
        nonlocal made, said
        made += count
        now = time.monotonic()
        if now - said >= SECONDS_BETWEEN_LINES:
            said = now
            left = (total - done - made) * (now - start) / made
            told = f'/{total} {unit}, about {left:.0f} s left' if left >= 0 else f' {unit}'
            console.print(f'{label}: {done + made}{told}', markup=False, highlight=False, soft_wrap=True)

    return advance

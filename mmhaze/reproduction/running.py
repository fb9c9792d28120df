"""Running the cells of a table that have no result yet, one after the other, each in a process of its own."""
from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO, Any

from ..io.files import write_whole
from ..io.progress import show_progress
from ..runtime.checkpoints import newest_checkpoint
from .cells import CURVE, FAILURE, RESULT, Cell, read_curve, read_failure, read_result, write_failure
from .run_cell import CONFIG, ORDER, fold_folders

LOG = 'log.txt'
POLL = 0.2        # seconds
PATIENCE = 20     # seconds for a process to end that was asked to
FINISHED = ('kept', 'made')


@dataclass(frozen=True)
class Outcome:
    """Where a cell stands.

    Attributes:
        cell: which.
        state: ``'kept'``, there was a result; ``'made'``, there is one now; ``'diverged'`` and ``'failed'``;
            ``'damaged'``, there is one that cannot be believed; ``'begun'`` and ``'open'``.
        result: see :func:`~mmhaze.reproduction.cells.write_result`; None where there is none.
        reason: why there is none, or what was wrong with the one before.
    """

    cell: Cell
    state: str
    result: dict[str, Any] | None = None
    reason: str = ''


def find_outcome(cell: Cell, out: Path) -> Outcome:
    """Where a cell stands, without running it."""
    folder = cell.folder(out)
    try:
        result = read_result(folder, cell.recipe)
    except (ValueError, OSError) as error:
        return Outcome(cell, 'damaged', reason=str(error))
    if result is not None:
        return Outcome(cell, 'kept', result)
    failure = read_failure(folder)
    if failure is not None:
        return Outcome(cell, failure['state'], reason=failure['reason'])
    done = count_epochs(folder)
    return Outcome(cell, 'begun', reason=f'{done} epochs are done') if done else Outcome(cell, 'open')


def count_epochs(folder: Path) -> int:
    """How many epochs a cell has behind it, of all its folds."""
    return sum(len(read_curve(place)) for place in fold_folders(folder))


def run_cells(cells: Sequence[Cell], out: Path, keep_checkpoints: bool = False,
              amp: bool = False) -> Iterator[tuple[Outcome, float]]:
    """Runs the cells that have no result, and says of each what it came to and how long the rest will take.

    A cell that comes to nothing does not keep the others from being run. Where this is stopped, by an exception in the
    consumer or by Ctrl-C, the process of the cell is ended; started again, it goes on from its newest checkpoint.

    Args:
        cells: in the order to run them in.
        out: the folder of all results.
        keep_checkpoints: keeps the last one of each network, which otherwise goes when there is a result.
        amp: trains networks in mixed precision, see
            :func:`~mmhaze.runtime.mixed_precision.mix_precision`. As on what machine, that is no part of what
            makes a cell; its result says it.

    Yields:
        The outcome, and the seconds that the cells after it will take, see :func:`estimate_left`.
    """
    outcomes = [find_outcome(cell, out) for cell in cells]
    for number, outcome in enumerate(outcomes):
        if outcome.state not in FINISHED:
            outcomes[number] = _run(outcome, out, amp)
        if outcomes[number].result is not None:
            _clear(outcomes[number].cell.folder(out), keep_checkpoints)
        yield outcomes[number], estimate_left(outcomes, number + 1)


def estimate_left(outcomes: Sequence[Outcome], done: int) -> float:
    """Seconds that the cells from ``done`` on will take, or NaN.

    By the finished ones of the same method and data set; without these, by all finished networks for a network, and by
    all finished classifiers for a classifier.
    """
    left = [outcome.cell for outcome in outcomes[done:] if outcome.result is None]
    finished = [(outcome.cell, outcome.result['seconds']) for outcome in outcomes if outcome.result is not None]

    def guess(cell: Cell) -> float:
        alike = [seconds for other, seconds in finished if (other.config is None) == (cell.config is None)]
        same = [seconds for other, seconds in finished
                if (other.row.method, other.data) == (cell.row.method, cell.data)]
        return median(same or alike or [math.nan])

    return sum(map(guess, left), 0.0)


def _run(before: Outcome, out: Path, amp: bool) -> Outcome:
    """Runs a cell in a process of its own."""
    cell = before.cell
    folder = cell.folder(out)
    if before.state == 'damaged':
        (folder / RESULT).unlink(missing_ok=True)  # it may be a packed one
    (folder / FAILURE).unlink(missing_ok=True)
    order = dict(recipe=cell.recipe, root=str(cell.root), amp=amp)
    write_whole(folder / ORDER, (json.dumps(order) + '\n').encode())
    if cell.config is not None:
        write_whole(folder / CONFIG, cell.config.pretty_text.encode())
    with (folder / LOG).open('ab') as log:
        code = _wait(cell, folder, start(folder, log))
    after = find_outcome(cell, out)
    if after.state in FINISHED:
        return Outcome(cell, 'made', after.result, before.reason if before.state == 'damaged' else '')
    if after.state not in ('diverged', 'failed'):
        how = f'by {signal.Signals(-code).name}' if code < 0 else f'with exit code {code}'
        write_failure(folder, 'failed', f'its process was ended {how}; see {folder / LOG}')
        after = find_outcome(cell, out)
    return after


def start(folder: Path, log: IO[bytes]) -> subprocess.Popen:
    """Starts the process of a cell; it ends with the pipe to its standard input, and so with this process."""
    # a session of its own: Ctrl-C in the terminal is for this process, which ends that one
    return subprocess.Popen([sys.executable, '-m', 'mmhaze.reproduction.run_cell', str(folder)], stdin=subprocess.PIPE,
                            stdout=log, stderr=log, start_new_session=True)


def _wait(cell: Cell, folder: Path, process: subprocess.Popen) -> int:
    """Waits for a cell's process, showing its epochs, and gives its exit code; ends it if the waiting is stopped."""
    folds = len(cell.data.splits[cell.split])
    epochs = cell.config.train_cfg.max_epochs * folds if cell.config is not None else 0
    seen = count_epochs(folder)
    try:
        with show_progress(max(1, epochs), done=seen, label=cell.name, unit='epochs') as advance:
            while True:
                try:
                    return process.wait(POLL)
                except subprocess.TimeoutExpired:
                    now = count_epochs(folder) if epochs else 0
                    if now > seen:
                        advance(now - seen)
                        seen = now
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _clear(folder: Path, keep_checkpoints: bool) -> None:
    """Removes what is needed only to go on."""
    for place in fold_folders(folder):
        kept = newest_checkpoint(place) if keep_checkpoints else None
        for path in [*place.glob('*.pth'), place / 'last_checkpoint', place / CURVE]:
            if path != kept:
                path.unlink(missing_ok=True)

"""The faults that a run may meet: killed, told to end, a full disk, no file handles left."""
from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FAULTS = ('SIGKILL', 'SIGTERM', 'full disk', 'no handles')
HANG = 300.0     # seconds that a run may take to end after its fault
LINGER = 30.0    # seconds that its other processes may outlive it
DISK = 1 << 30   # bytes, of a disk that is not full
BLOCK = 4096     # bytes of one
FILLER = '.taken'
TICK = 0.01


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        code: its exit code, negative for a signal; None where it hung and had to be killed.
        lingered: whether processes of it were still there half a minute later.
        hit: whether the fault came before the end.
        output: what it said last.
    """

    code: int | None
    lingered: bool
    hit: bool
    output: str


def run(command: Sequence[str], folder: Path, log: Path, fault: str | None = None, early: bool = False,
        moment: float = 0.0) -> Ended:
    """Runs a command that writes into ``folder``, with a fault at a moment.

    Args:
        command: the program and its arguments.
        folder: where it works; the fault's clock begins when something new is in it, or at once if ``early``.
        log: gets what it says.
        fault: one of :data:`FAULTS` but the full disk, which :func:`disk` makes; None for no fault.
        early: see ``folder``.
        moment: seconds of that clock.
    """
    before = count(folder)
    with log.open('wb') as lines:
        process = subprocess.Popen(command, stdout=lines, stderr=subprocess.STDOUT, start_new_session=True,
                                   env=dict(os.environ, OMP_NUM_THREADS='1'))
    hit = False
    if fault is not None:
        while not early and process.poll() is None and count(folder) == before:
            time.sleep(TICK)
        deadline = time.monotonic() + moment
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(TICK)
        hit = process.poll() is None
        if hit:
            strike(process.pid, fault)
    code: int | None = None
    try:
        code = process.wait(HANG)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return Ended(code, lingers(process.pid), hit, log.read_text(errors='replace')[-2000:])


def strike(pid: int, fault: str) -> None:
    """Does it to a process."""
    if fault == 'no handles':
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))
    else:
        os.kill(pid, getattr(signal, fault))


def lingers(group: int) -> bool:
    """Waits until no process of a group is left; whether it waited in vain, and had to kill them."""
    deadline = time.monotonic() + LINGER
    try:
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(TICK)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def count(folder: Path) -> int:
    """How many files there are below a folder; some may go while they are counted."""
    return sum(len(files) for _, _, files in os.walk(folder))


def size(folder: Path) -> int:
    """Bytes of the files below a folder, in blocks."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob('*') if path.is_file())


@contextmanager
def disk(folder: Path, room: int) -> Iterator[None]:
    """A disk of its own at ``folder``, with ``room`` bytes in whole blocks, which may be none.

    Wants the rights to mount one (Linux, root).
    """
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={(room // BLOCK + 1) * BLOCK}', 'tmpfs', folder], check=True)
    try:
        (folder / FILLER).write_bytes(bytes(BLOCK))  # no disk has no block at all
        yield
    finally:
        subprocess.run(['umount', '-l', folder], check=True)


def make_room(folder: Path) -> None:
    """Gives a disk of :func:`disk` all the room that it wants."""
    (folder / FILLER).unlink()
    subprocess.run(['mount', '-o', f'remount,size={DISK}', folder], check=True)


def can_mount(folder: Path) -> bool:
    """Whether :func:`disk` works here."""
    if shutil.which('mount') is None:
        return False
    try:
        with disk(folder, 4096):
            return True
    except subprocess.CalledProcessError:
        return False

"""Writes a set to a folder: over all cores and machines, and so that it can be stopped at any moment and run again.

What is written is the plan's to say: :class:`~.scene_set.SceneSet` has rows that are known before the first image,
:class:`~.photo_set.PhotoSet` any number of photos. The steps are the same for each, see :func:`write_set`. Each file is
written under another name and then renamed: a file with an image's name is a whole image. A file depends on its unit of
work and the settings alone, thus the folder is the same to the byte for any number of workers, machines or stops.
"""
from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Protocol, TypeVar

from ..io.files import inside
from ..io.progress import show_progress
from .processes import count_cores, map_in_processes

Item = TypeVar('Item')
Result = TypeVar('Result', covariant=True)

# what an unfinished set of scenes has, and what a finished set of any kind has
PLAN, MANIFEST = 'plan.csv', 'manifest.csv'
CHECKS = 1000  # of files or photos, for each process that is started for them


@dataclass(frozen=True)
class Share:
    """This process's part of a set that several machines make in one folder: each ``world``-th unit of work.

    Attributes:
        rank: which of the processes this is, from 0.
        world: how many there are.
        barrier: waits until all have come here.
    """

    rank: int = 0
    world: int = 1
    barrier: Callable[[], None] = lambda: None

    def of(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items of this process."""
        return islice(items, self.rank, None, self.world)

    def show_progress(self, total: int, done: int, label: str,
                      unit: str) -> AbstractContextManager[Callable[[int], None]]:
        """See :mod:`mmhaze.io.progress`; of the first process alone, as several bars on one terminal cannot be read."""
        if self.rank:
            return contextlib.nullcontext(lambda count: None)
        return show_progress(total, done=done, label=label, unit=unit)


class Work(NamedTuple):
    """What this process has to do.

    Attributes:
        function, tasks: see :func:`~.processes.map_in_processes`.
        total, done: how many of the plan's ``unit`` there are, and how many of them were done before.
        processes: how many are of use at most.
    """

    function: Callable[..., Any]
    tasks: Iterable[tuple]
    total: int
    done: int = 0
    processes: int = 1


class Plan(Protocol[Result]):
    """What a set is made of, and how its folder says so.

    Attributes:
        out: the set's folder.
        unit: what progress counts, such as 'images'.
    """

    out: Path
    unit: str

    def open(self) -> None:
        """Says in a new folder what the set is made with; refuses one with other settings. The first process alone."""

    def find_checks(self, share: Share) -> Work:
        """Looks which of what is there is whole."""

    def find_work(self, share: Share) -> Work:
        """Makes what is missing; called after the checks."""

    def add(self, result: Any) -> int:
        """Takes what a task gave, and says how many units it was."""

    def finish(self, share: Share) -> Result:
        """Writes the manifest, in the first process; called when all have made their part."""


def write_set(plan: Plan[Result], workers: int | None = None, share: Share = Share()) -> Result:
    """Makes the set, or what is missing or damaged of it in its folder.

    The steps: see that the folder is of these settings; remove leftovers of killed runs; compare what is there with its
    checksums; make the rest; write the manifest.

    With more than one worker, processes are spawned: a script that calls this needs ``if __name__ == '__main__':``.

    Args:
        plan: the set.
        workers: how many processes work here; all cores by default, 1 for none but this one.
        share: this process's part.

    Raises:
        ValueError: the folder holds a set made with other settings, or the plan is not sound.
        OSError: a file cannot be written, as when the disk is full; what is finished stays for the next run.
    """
    if workers is not None and workers < 1:
        raise ValueError(f'workers is a number of processes, at least 1, got {workers}; leave it out for all cores.')
    workers = workers or count_cores()
    open_folder(plan, share)
    _run(plan, plan.find_checks(share), workers, share, f'checking {plan.out.name}')
    share.barrier()
    work = plan.find_work(share)
    share.barrier()  # before files come that others would count
    _run(plan, work, workers, share, plan.out.name)
    share.barrier()
    result = plan.finish(share)
    share.barrier()
    return result


def open_folder(plan: Plan, share: Share = Share()) -> None:
    """Makes the folder ready for the plan, see :func:`write_set`; leftovers of killed runs go."""
    share.barrier()
    if share.rank == 0:
        plan.open()
        for folder, _, files in os.walk(plan.out):
            for file in files:
                if file.startswith('.') and file.endswith('.part'):
                    Path(folder, file).unlink()
    share.barrier()


def _run(plan: Plan, work: Work, workers: int, share: Share, label: str) -> None:
    if work.total > work.done:
        with share.show_progress(work.total, work.done, label, plan.unit) as advance:
            for result in map_in_processes(work.function, work.tasks, min(workers, work.processes)):
                advance(plan.add(result))


def find_whole(out: Path, checksums: Mapping[str, str | None], where: str) -> dict[str, str]:
    """SHA-256 of each file that is there with its checksum; with None for one it is whole as it is, being renamed.

    Args:
        out: the set's folder.
        checksums: by path below it.
        where: the table that names the files, for the error.

    Raises:
        ValueError: a path leaves the folder.
    """
    whole = {}
    for file, checksum in checksums.items():
        with contextlib.suppress(FileNotFoundError):
            digest = sha256(inside(out, file, where).read_bytes())
            if checksum in (None, digest):
                whole[file] = digest
    return whole


def refuse_settings(path: Path, difference: str) -> NoReturn:
    """Raises the ValueError of a folder whose set, as the file ``path`` says, was made with other settings."""
    raise ValueError(f'{path.parent} holds a set made with other settings: by {path.name}, {difference}. '
                     'Give the settings it was made with, choose another folder, or delete this one first.')


def sha256(data: bytes) -> str:
    """The checksum of a file's content, as manifests have it."""
    return hashlib.sha256(data).hexdigest()

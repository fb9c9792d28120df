"""Work on all cores, in processes: a function over any number of tasks, of which a few are under way at a time."""
from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, TypeVar

import cv2

Result = TypeVar('Result')

# tasks taken for each worker: enough that none waits for this process, few enough that memory does not grow with them
AHEAD = 4
PATIENCE = 5.0  # seconds between looks whether there is still something to wait for
MOST_PROCESSES = 61  # Windows waits for no more


def map_in_processes(function: Callable[..., Result], tasks: Iterable[tuple], workers: int) -> Iterator[Result]:
    """``function(*task)`` of each task, in the order in which they are done.

    Processes are spawned: a script that calls this needs ``if __name__ == '__main__':``. OpenCV keeps to one thread in
    each.

    Args:
        function, tasks: picklable; tasks are taken as they are needed.
        workers: how many processes; 1 for none but this one.

    Raises:
        RuntimeError: a process died.
    """
    if workers == 1:
        for task in tasks:
            yield function(*task)
        return
    workers = min(workers, MOST_PROCESSES)
    with ProcessPoolExecutor(workers, _Spawn(), _start_worker) as pool:
        pending: set[Future[Result]] = set()
        try:
            for task in tasks:
                pending.add(pool.submit(function, *task))
                if len(pending) >= AHEAD * workers:
                    done, pending = _wait(pool, pending)
                    yield from (future.result() for future in done)
            while pending:
                done, pending = _wait(pool, pending)
                yield from (future.result() for future in done)
        except BrokenProcessPool as error:
            raise RuntimeError('A worker process died, or could not be talked to. A script that makes a set needs "if '
                               '__name__ == \'__main__\':" around the call, or workers=1; else memory or file handles '
                               'may have run out: try fewer workers.') from error
        finally:
            pool.shutdown(cancel_futures=True)


class _Spawn(SpawnContext):
    """Starts processes anew, as a fork of one with threads, such as any that has used torch, may hang.

    They are daemons, which end with this process: the pool's own would be waited for, even where nobody is left to
    tell them to end, as when file handles have run out.
    """

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]
        return SpawnProcess(*args, **kwargs, daemon=True)


def _wait(pool: ProcessPoolExecutor, pending: set[Future[Result]]) -> tuple[set[Future[Result]], set[Future[Result]]]:
    """Those of ``pending`` that are done, one at least, and the others."""
    while True:
        done, others = wait(pending, PATIENCE, return_when=FIRST_COMPLETED)
        if done:
            return done, others
        # the pool does not notice when its thread dies, and would have us wait for ever
        thread = getattr(pool, '_executor_manager_thread', None)
        if thread is not None and not thread.is_alive():
            raise BrokenProcessPool('the thread of the pool ended')


def count_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1


def _start_worker() -> None:
    cv2.setNumThreads(1)  # the processes already fill the cores
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent alone answers it
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's workers outlive a parent that is killed, and would write on and then wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

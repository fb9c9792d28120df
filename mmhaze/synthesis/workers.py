"""Work on all cores, in processes: a function over any number of tasks, of which a few are under way at a time."""
from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

import cv2

Result = TypeVar('Result')

# tasks taken for each worker: enough that none waits for this process, few enough that memory does not grow with them
AHEAD = 4
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
    # spawned, not forked: a fork of a process with threads, as any that has used torch, may hang
    with ProcessPoolExecutor(workers, multiprocessing.get_context('spawn'), _start_worker) as pool:
        pending: set[Future[Result]] = set()
        try:
            for task in tasks:
                pending.add(pool.submit(function, *task))
                if len(pending) >= AHEAD * workers:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            yield from (future.result() for future in as_completed(pending))
        except BrokenProcessPool as error:
            raise RuntimeError('A worker process died. A script that makes a set needs "if __name__ == \'__main__\':" '
                               'around the call, or workers=1; else memory may have run out: try fewer '
                               'workers.') from error
        finally:
            pool.shutdown(cancel_futures=True)


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

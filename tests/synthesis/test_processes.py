from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import cv2
import pytest

from mmhaze.synthesis.processes import AHEAD, count_cores, map_in_processes


def look(number: int) -> tuple[int, int, int]:
    return number, os.getpid(), cv2.getNumThreads()


def end_at_three(number: int) -> None:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_each_task_is_done_once_in_a_process_of_one_thread_and_taken_only_when_needed():
    waiting, most = 0, 0

    def tasks() -> Iterator[tuple[int]]:
        nonlocal waiting, most
        for number in range(100):
            waiting += 1
            most = max(most, waiting)
            yield (number,)

    seen = []
    for result in map_in_processes(look, tasks(), workers=2):
        waiting -= 1
        seen.append(result)
    numbers, processes, threads = zip(*seen)
    assert sorted(numbers) == list(range(100))
    assert 1 <= len(set(processes)) <= 2 and os.getpid() not in processes and set(threads) == {1}
    assert waiting == 0 and most <= AHEAD * 2 + 1


def test_one_worker_is_this_process():
    assert {process for _, process, _ in map_in_processes(look, [(1,), (2,)], workers=1)} == {os.getpid()}


@pytest.mark.slow
def test_what_a_task_raises_comes_here_and_ends_the_rest():
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        list(map_in_processes(divmod, ((1, number - 5) for number in range(1000)), workers=2))
    assert threading.active_count() == before


@pytest.mark.slow
def test_a_process_that_dies_is_told():
    with pytest.raises(RuntimeError, match=r'worker process died.*try fewer workers'):
        list(map_in_processes(end_at_three, ((number,) for number in range(1000)), workers=2))


WITHOUT_HANDLES = '''
import resource, sys, time
from mmhaze.synthesis.processes import map_in_processes

def slow(number):
    time.sleep(0.02)
    return number

if __name__ == '__main__':
    results = map_in_processes(slow, ((number,) for number in range(200)), 2)
    next(results)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    {then}
'''


@pytest.mark.slow
@pytest.mark.parametrize('then, says', [
    ('list(results)', 'file handles'), ('open(sys.argv[0])', 'Too many open files')])
def test_without_file_handles_it_ends_and_says_so(then, says, tmp_path):
    pytest.importorskip('resource', reason='no limits on open files here')
    script = tmp_path / 'script.py'
    script.write_text(WITHOUT_HANDLES.format(then=then))
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1 and says in ended.stderr


def test_only_the_cores_that_this_process_may_use_are_counted():
    if not hasattr(os, 'sched_setaffinity'):
        pytest.skip('processes are not bound to cores here')
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert count_cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)

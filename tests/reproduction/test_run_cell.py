from __future__ import annotations

import os
import subprocess
import sys

import pytest

from mmhaze.reproduction import run_cell

HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print('held', flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_who_is_at_work_and_comes_in_once_the_first_was_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(run_cell, 'WAIT_FOR_LOCK', 0.3)
    with subprocess.Popen([sys.executable, '-c', HOLD, str(tmp_path / '.lock')], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout.readline().strip() == b'held'
            with pytest.raises(BlockingIOError) as caught, run_cell.only_one(tmp_path):
                pass
            assert str(caught.value) == f'another process is at work in {tmp_path}'
        finally:
            holder.kill()
    with run_cell.only_one(tmp_path):
        pass
    with run_cell.only_one(tmp_path):  # and it was let go of
        pass


WITH_WORKER = """
import multiprocessing, time
from mmhaze.reproduction.run_cell import end_with_standard_input
end_with_standard_input()
time.sleep(0.5)  # until the thread reads
worker = multiprocessing.get_context('fork').Process(target=print, args=('worked',), daemon=True)
worker.start()
worker.join(15)
print(worker.exitcode)
"""


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='processes are not forked here')
def test_workers_that_are_forked_while_standard_input_is_watched_come_to_work():
    """A worker closes its standard input first, for which it must not wait for who reads it."""
    with subprocess.Popen([sys.executable, '-c', WITH_WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout.read().split() == ['worked', '0']

from __future__ import annotations

import multiprocessing
import sys
import threading
import time

import cv2
import pytest
import torch

from mmhaze.ucm.bands import _helpers, in_bands


@pytest.fixture
def four_threads(monkeypatch):
    monkeypatch.setattr(cv2, 'getNumThreads', lambda: 4)
    monkeypatch.setattr(torch, 'get_num_threads', lambda: 4)


def test_the_bands_hold_each_row_once_and_in_order(four_threads):
    bands = in_bands(lambda first, last: (first, last), 2001, 3000)
    assert bands == [(0, 500), (500, 1000), (1000, 1500), (1500, 2001)]


def test_a_small_photo_is_one_band(four_threads):
    assert in_bands(lambda first, last: (first, last), 1000, 2000) == [(0, 1000)]


@pytest.mark.parametrize('told', ['cv2.getNumThreads', 'torch.get_num_threads'])
def test_one_thread_for_opencv_or_for_torch_is_one_band(told, four_threads, monkeypatch):
    monkeypatch.setattr(told, lambda: 1)
    threads = in_bands(lambda first, last: threading.current_thread(), 2000, 3000)
    assert threads == [threading.current_thread()]


def test_opencv_alone_says_how_many_threads_where_nobody_imported_torch(four_threads, monkeypatch):
    monkeypatch.setattr(torch, 'get_num_threads', lambda: 1)
    monkeypatch.delitem(sys.modules, 'torch')
    assert len(in_bands(lambda first, last: first, 2001, 3000)) == 4


def test_the_bands_run_side_by_side(four_threads):
    meet = threading.Barrier(4, timeout=10)
    in_bands(lambda first, last: meet.wait(), 2000, 3000)


def test_bands_that_no_thread_takes_up_are_done_by_the_caller(four_threads):
    release = threading.Event()
    others = [_helpers(3).submit(release.wait, 10) for _ in range(3)]
    start = time.monotonic()
    threads = in_bands(lambda first, last: threading.current_thread(), 2000, 3000)
    assert threads == 4 * [threading.current_thread()] and time.monotonic() - start < 5
    release.set()
    assert all(other.result() for other in others)


def test_what_a_band_raises_reaches_the_caller(four_threads):
    def work(first, last):
        if first:
            raise MemoryError(first)
    with pytest.raises(MemoryError, match='500'):
        in_bands(work, 2000, 3000)


def bands_in_child(queue):
    queue.put(in_bands(lambda first, last: first, 2000, 3000))


@pytest.mark.skipif('fork' not in multiprocessing.get_all_start_methods(), reason='this system does not fork')
@pytest.mark.filterwarnings('ignore:This process .* is multi-threaded:DeprecationWarning')
def test_a_forked_process_has_threads_of_its_own(four_threads):
    in_bands(lambda first, last: first, 2000, 3000)  # now there are threads, which a fork does not copy
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    child = context.Process(target=bands_in_child, args=[queue])
    child.start()
    assert queue.get(timeout=20) == [0, 500, 1000, 1500]
    child.join(20)

"""A photo in bands of rows, side by side on as many threads as OpenCV and torch are both told to use."""
from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

import cv2

Result = TypeVar('Result')

# a band of fewer pixels is done in about the time that it takes to wake another thread
LEAST_PIXELS = 2**20


def in_bands(work: Callable[[int, int], Result], height: int, width: int) -> list[Result]:
    """The results of ``work(first, last)``, from the first row of a band to its last, exclusive, for all bands.

    In a worker of torch's data loader there is one band, as torch has one thread there.
    """
    threads = min(cv2.getNumThreads(), _threads_of_torch(), height, height * width // LEAST_PIXELS)
    if threads <= 1:
        return [work(0, height)]
    bands = [(height * i // threads, height * (i + 1) // threads) for i in range(threads)]
    others = [_helpers(threads - 1).submit(work, *band) for band in bands[1:]]
    results = [work(*bands[0])]
    # what no thread has begun, as others keep them busy, is done here
    results += [work(*band) if other.cancel() else other.result() for band, other in zip(bands[1:], others)]
    return results


def _threads_of_torch() -> int:
    """How many threads torch is told to use; no limit where nobody has imported it."""
    torch = sys.modules.get('torch')
    return sys.maxsize if torch is None else torch.get_num_threads()


@lru_cache(maxsize=1)
def _helpers(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix='ucm')


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_helpers.cache_clear)  # threads do not come along

"""One thread for each of several batches that are in a network at once."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_users = 0
_before = 0


@contextmanager
def one_thread_a_batch() -> Iterator[None]:
    """Keeps torch to one thread for each thread that calls it; the last of several to leave gives the others back.

    The number is one of the whole process. Several threads in each of several batches would wait for one another at
    every layer.
    """
    global _users, _before
    with _lock:
        if not _users:
            _before = torch.get_num_threads()
        _users += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                torch.set_num_threads(_before)

"""Prepared samples kept in memory, once for all worker processes of a data loader."""
from __future__ import annotations

import mmap
import multiprocessing
import pickle
from typing import Any

import numpy as np


class SampleCache:
    """Keeps samples, exact to the bit, until its memory is full; what no longer fits is not kept.

    Nothing is thrown out to make room: an epoch visits each sample once, so the newest are the last to be wanted again
    and every choice of what to keep hits as often as any other.

    The memory is anonymous and shared: workers that a data loader forks, the default on Linux, read and fill one cache
    between them, and it outlives them. A worker that is started afresh (``spawn``, ``forkserver``) gets an empty cache
    of its own, as does a copy. The memory is taken from the system only as samples come in.

    Args:
        num_samples: how many there are, keys are 0 to ``num_samples`` - 1.
        max_bytes: how much memory the samples may take.
    """

    def __init__(self, num_samples: int, max_bytes: int) -> None:
        if num_samples < 0 or max_bytes < 1:
            raise ValueError(f'A cache needs at least 1 byte and no negative number of samples, got {max_bytes} bytes '
                             f'and {num_samples} samples.')
        self.num_samples = num_samples
        self.max_bytes = max_bytes
        self._lock = multiprocessing.Lock()
        self._memory = mmap.mmap(-1, max_bytes)
        # a row a sample, where its bytes begin and end; 0, 0 while it is not there. The last row's end is what is used.
        self._places = np.frombuffer(mmap.mmap(-1, (num_samples + 1) * 16), np.int64).reshape(-1, 2)

    def get(self, key: int) -> Any | None:
        """A fresh copy of the sample, or None where it is not kept."""
        self._check(key)
        with self._lock:
            begin, end = self._places[key]
        return pickle.loads(self._memory[begin:end]) if end else None

    def put(self, key: int, sample: Any) -> None:
        """Keeps the sample if there is room and it is not there yet."""
        self._check(key)
        data = pickle.dumps(sample, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            begin = int(self._places[-1, 1])
            end = begin + len(data)
            if self._places[key, 1] or end > self.max_bytes:
                return
            self._memory[begin:end] = data
            self._places[key] = begin, end
            self._places[-1, 1] = end

    def __len__(self) -> int:
        """How many samples are kept."""
        return int(np.count_nonzero(self._places[:-1, 1]))

    def _check(self, key: int) -> None:
        if not 0 <= key < self.num_samples:  # the row after the last is not a sample's
            raise IndexError(f'The samples are 0 to {self.num_samples - 1}, got {key}.')

    def __reduce__(self) -> tuple:
        return SampleCache, (self.num_samples, self.max_bytes)

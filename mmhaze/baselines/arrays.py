"""What a classifier learnt, as plain arrays in an ``.npz`` file: nothing in it is ever run."""
from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..io.arrays import parse_npz
from ..io.files import NONSENSE, write_whole


def save_arrays(path: str | Path, owner: object, names: Sequence[str]) -> None:
    """Writes the attributes ``names`` of ``owner``, whole or not at all."""
    stream = io.BytesIO()
    # a dict of Any: in NumPy's signature an array could be meant for its switches, too
    state: dict[str, Any] = {name: np.asarray(getattr(owner, name)) for name in names}
    np.savez_compressed(stream, **state)
    write_whole(Path(path), stream.getvalue())


@contextmanager
def load_arrays(path: str | Path, kind: type, names: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
    """Gives the arrays that :func:`save_arrays` wrote, by their names.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, an array is missing, or the block finds that they are no ``kind``; it names ``path``.
    """
    data = Path(path).read_bytes()  # what the disk refuses is no fault of the content
    try:
        arrays = parse_npz(data)
        yield {name: arrays[name] for name in names}
    except NONSENSE as error:
        raise ValueError(f'{path} holds no {kind.__name__}: {error!r}. Fit and save it again.') from error

"""Plain arrays in ``.npy`` and ``.npz`` files: a stranger's runs nothing, and takes no more memory than it fills."""
from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from .files import NONSENSE, write_whole

# bytes, unpacked: depth for 179 megapixels, the most that Pillow reads, of 8 bytes, and some
LARGEST = 1 << 31
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def write_npz(path: str | Path, arrays: Mapping[str, Any]) -> None:
    """Writes values as the arrays of one compressed ``.npz`` file, whole or not at all."""
    stream = io.BytesIO()
    # a dict of Any: in NumPy's signature an array could be meant for its switches, too
    plain: dict[str, Any] = {name: np.asarray(value) for name, value in arrays.items()}
    np.savez_compressed(stream, **plain)
    write_whole(Path(path), stream.getvalue())


@contextmanager
def open_npz(path: str | Path, names: Sequence[str], fault: str, advice: str) -> Iterator[dict[str, np.ndarray]]:
    """Gives the arrays ``names`` of an ``.npz`` file, by name, to a block that checks them.

    Args:
        path: of the file.
        names: that it must have.
        fault: what the error says of a file that is damaged, lacks an array, or upsets the block: ``'holds no SVM'``.
        advice: what the error says that is to be done.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it has a ``fault``; the message names ``path`` and the reason.
    """
    data = Path(path).read_bytes()  # what the disk refuses is no fault of the content
    try:
        arrays = parse_npz(data)
        missing = sorted(set(names) - set(arrays))
        if missing:
            raise ValueError(f'it lacks {", ".join(missing)}')
        yield {name: arrays[name] for name in names}
    except NONSENSE as error:
        raise ValueError(f'{path} {fault}: {str(error) or type(error).__name__}. {advice}') from error


def parse_npz(data: bytes) -> dict[str, np.ndarray]:
    """The arrays of an ``.npz`` file, by name; nothing in it is ever run.

    Raises:
        ValueError: it unpacks to more than :data:`LARGEST`, or an array is not what its header says.
        zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError: it is no such archive, or a damaged one.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > LARGEST:
            raise ValueError(f'it unpacks to {unpacked / 1e9:.1f} GB')
        return {member.filename.removesuffix('.npy'): parse_npy(archive.read(member))
                for member in archive.infolist()}


def parse_npy(data: bytes) -> np.ndarray:
    """The array of an ``.npy`` file.

    Its header may name any shape. NumPy would make room for it before it finds that the file ends, and of strings of no
    characters, which take no bytes, it would never find out.

    Raises:
        ValueError: it is no such file, holds objects, or is not as long as its header says.
    """
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f'an array is of version {version} of the format, wanted {" or ".join(map(str, _HEADERS))}')
    shape, _, dtype = _HEADERS[version](stream)
    if dtype.hasobject:
        raise ValueError('it holds Python objects, which could run code')
    wanted = math.prod(shape) * dtype.itemsize
    if not dtype.itemsize or wanted != len(data) - stream.tell():
        raise ValueError(f'an array of {shape} {dtype} is in {len(data) - stream.tell()} bytes')
    stream.seek(0)
    return np.load(stream, allow_pickle=False)

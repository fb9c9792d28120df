"""Arrays in ``.npy`` and ``.npz`` files of strangers, which must not ask for more memory than they fill."""
from __future__ import annotations

import io
import math
import zipfile

import numpy as np

# bytes, unpacked: depth for 179 megapixels, the most that Pillow reads, of 8 bytes, and some
LARGEST = 1 << 31
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


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

"""Reads the depth maps of FRIDA and FRIDA2: ``.fdd``, plain text, one line a row of the image, in millimetres.

FRIDA opens with one comment line (``%``, its fields are mislabelled and mean nothing), FRIDA2 has none. The sky is the
largest value: 1000 m in FRIDA, 500 m in FRIDA2. See J.-P. Tarel et al., "Improved visibility of road scene images under
heterogeneous fog", IV 2010, and "Vision enhancement in homogeneous and heterogeneous fog", ITS Magazine 2012.
"""
from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

COMMENT = '%'
MILLIMETRES = 1000.0
LARGEST = 1 << 28  # bytes, unpacked: 20 megapixels of 12 characters; those of FRIDA have 0.3


def read_fdd(path: str | Path) -> np.ndarray:
    """The depth map in an ``.fdd`` or ``.fdd.gz`` file.

    Args:
        path: text, millimetres, row by row, blanks or tabs between the numbers; lines from ``%`` on are skipped.

    Returns:
        Depth in metres, (H, W) float64, at least 0.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no such text, is empty, has rows of several lengths, or holds NaN or negative depth.
    """
    path = Path(path)
    lines = [line for line in _read_text(path).splitlines() if line.strip() and not line.lstrip().startswith(COMMENT)]
    if not lines:
        raise ValueError(f'{path} is empty; a depth map has a line of millimetres for each row of the image. '
                         'Copy it again from its source.')
    try:
        depth = np.loadtxt(lines, ndmin=2, comments=None)
    except ValueError as error:
        raise ValueError(f'{path} is not a table of numbers with rows of one length: {error}. '
                         'Copy it again from its source.') from error
    if not depth.min() >= 0:
        faults = ~(depth >= 0)
        row, column = np.argwhere(faults)[0]
        raise ValueError(f'{path} holds {depth[row, column]} at row {row}, column {column} ({faults.sum()} such '
                         'values); depth is in millimetres, at least 0. Copy the file again from its source.')
    return depth / MILLIMETRES


def _read_text(path: Path) -> str:
    try:
        with gzip.open(path) if path.suffix == '.gz' else path.open('rb') as stream:
            raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise ValueError(f'{path} unpacks to more than {LARGEST / 1e9:.1f} GB, which no depth map does.')
        if b'\0' in raw:
            raise ValueError(f'{path} holds bytes of 0, and is no text. Copy it again from its source.')
        return raw.decode('ascii')
    except FileNotFoundError:
        raise FileNotFoundError(f'There is no depth map {path}.') from None
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f'{path} cannot be read as ASCII text, gzipped where the name ends in .gz: {error}. '
                         'Copy it again from its source.') from error

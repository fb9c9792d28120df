"""The depth maps that this package writes: 16-bit PNG in centimetres, in a folder that says where they come from."""
from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from ...io.files import read_json, write_whole
from ...io.search import mark_output

RECORD = 'depth.json'
CENTIMETRE = 0.01
MOST = np.iinfo(np.uint16).max


def encode_depth(depth: np.ndarray, scale: float = CENTIMETRE) -> bytes:
    """The file of depth, (H, W) float, metres above 0, in steps of ``scale``: at least one, and 0 beyond 65535."""
    counts = np.rint(np.maximum(depth / scale, 1))
    counts[counts > MOST] = 0
    return cv2.imencode('.png', counts.astype(np.uint16))[1].tobytes()


def open_folder(folder: Path, source: str) -> None:
    """Makes a folder for the depth maps of ``source``, or goes on with it.

    Raises:
        ValueError: it holds something else.
    """
    made = {'source': source, 'scale': CENTIMETRE}
    found = read_record(folder)
    if found is None:
        if folder.exists() and any(not entry.name.endswith('.part') for entry in folder.iterdir()):
            raise ValueError(f'{folder} holds files, and no {RECORD} says how they were made. Choose another folder.')
        write_whole(folder / RECORD, (json.dumps(made, indent=2) + '\n').encode())
    elif found != made:
        raise ValueError(f'{folder} holds depth of {found["source"]}, and this run makes that of {source}. '
                         'Choose another folder, or delete this one first.')
    mark_output(folder)


def read_record(folder: Path) -> dict | None:
    """What the depth maps in the folder are, ``source`` and ``scale``; None where this package did not write them."""
    path = folder / RECORD
    if not path.is_file():
        return None
    record = read_json(path)
    if not isinstance(record.get('source'), str) or not isinstance(record.get('scale'), float):
        raise ValueError(f'{path} does not say the source of the depth maps beside it, and their scale. Make them '
                         'again, in another folder.')
    return record

"""Checkpoints: which is the newest whole one, and whether one may be loaded."""
from __future__ import annotations

import pickle
import re
import zipfile
from pathlib import Path
from typing import Any

import torch

from ..compat import allow_training_checkpoints, torch_checks_checkpoints

CHECKS_CONTENT = torch_checks_checkpoints()
allow_training_checkpoints()

_FOLDER = 0x10  # as MS-DOS marks one in a zip file

# The sentence that names the thing in the file, among torch's paragraphs of advice
_FOREIGN = re.compile(r'GLOBAL \S+|The file asks for .+|Trying to call reduce for .+|Can only (build|create) .+')


def newest_checkpoint(work_dir: str | Path) -> Path | None:
    """The newest checkpoint of ``work_dir`` that is whole, or None where there is none.

    A run that is killed while it writes leaves a file that is cut short, and disks damage some; such a file is named on
    the screen and passed over.
    """
    files = sorted(Path(work_dir).glob('*.pth'), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files:
        if is_whole(path):
            return path
        print(f'{path} is cut short or damaged, the one before it is taken.')
    return None


def is_whole(path: str | Path) -> bool:
    """Whether a checkpoint is as it was written: a zip file whose parts have their checksums. Reads it to its end.

    A part that is marked as a folder is damaged: torch reads nothing for it, and takes what is in memory for weights.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            return parts.testzip() is None and not any(part.external_attr & _FOLDER for part in parts.infolist())
    except Exception:  # bytes that make no sense raise errors of many kinds
        return False


def check_checkpoint(path: str | Path) -> None:
    """Makes sure that a checkpoint is whole and carries nothing but weights, numbers and what mmengine logs.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, is no checkpoint, or would run code when loaded; nothing of it was run.
    """
    if CHECKS_CONTENT:
        load_checkpoint(path)
    else:
        _check_place(path)


def load_checkpoint(path: str | Path) -> Any:
    """What a checkpoint holds, on the CPU; raises as :func:`check_checkpoint`, whose check it includes."""
    _check_place(path)
    try:
        return torch.load(path, map_location='cpu', weights_only=CHECKS_CONTENT)
    except Exception as error:  # bytes that make no sense end in a KeyError as well as in a RuntimeError
        foreign = _FOREIGN.search(str(error)) if isinstance(error, pickle.UnpicklingError) else None
        if foreign:
            raise ValueError(f'{path} is refused: it holds more than weights and numbers, and loading it could run '
                             f'foreign code ({foreign[0]}). Nothing was run. Take checkpoints from mmhaze and from '
                             'people you trust.') from None
        reason = str(error).split('\n\nCheck the documentation')[0].strip().splitlines() or [type(error).__name__]
        raise ValueError(f'{path} is damaged or no checkpoint ({reason[-1]}). Take the one before it, or copy it '
                         'again.') from error


def _check_place(path: str | Path) -> None:
    if '://' in str(path):
        raise ValueError(f'{path} is not on this machine. Download it and give its path.')
    if not Path(path).is_file():
        raise FileNotFoundError(f'There is no checkpoint {path}.')

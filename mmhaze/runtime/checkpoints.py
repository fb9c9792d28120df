"""Checkpoints: which is the newest whole one, and whether one may be loaded."""
from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Mapping
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


def load_checkpoint(path: str | Path, wanted: str = 'a file that mmhaze train wrote') -> dict[str, Any]:
    """What a checkpoint holds, on the CPU: nothing but weights, numbers and what mmengine logs.

    Args:
        path: the file.
        wanted: what to give in its place, for the message where it is no checkpoint.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, is no checkpoint, or would run code when loaded; nothing of it was run. With
            torch < 2.6, which cannot be told what is safe, code is not refused.
    """
    _check_place(path)
    try:
        state = torch.load(path, map_location='cpu', weights_only=CHECKS_CONTENT)
    except Exception as error:  # bytes that make no sense end in a KeyError as well as in a RuntimeError
        foreign = _FOREIGN.search(str(error)) if isinstance(error, pickle.UnpicklingError) else None
        if foreign:
            raise ValueError(f'{path} is refused: it holds more than weights and numbers, and loading it could run '
                             f'foreign code ({foreign[0]}). Nothing was run. Take checkpoints from mmhaze and from '
                             'people you trust.') from None
        said = str(error).split('\n\nCheck the documentation')[0].strip().splitlines() or [type(error).__name__]
        raise ValueError(f'{path} is damaged or no checkpoint ({_another_kind(path) or said[-1]}). Take the one before '
                         'it, or copy it again.') from error
    if other := _describe_other(state):
        raise ValueError(f'{path} is no checkpoint: it holds {other}. Give {wanted}.')
    return state


def weights_of(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The weights of a checkpoint, by their names in the network; the file may hold nothing else."""
    return state.get('state_dict', state)


def classes_of(state: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the classes of the data set that a checkpoint was trained on; empty where it does not say."""
    known = (state.get('meta') or {}).get('dataset_meta')
    classes = known.get('classes') if isinstance(known, Mapping) else None
    return tuple(map(str, classes)) if isinstance(classes, (list, tuple)) else ()


def check_goes_on(state: Mapping[str, Any], path: str | Path) -> None:
    """Makes sure that a checkpoint holds all that a training goes on from, not the weights alone.

    Raises:
        ValueError: it does not.
    """
    meta = state.get('meta') or {}
    lacking = [name for name in ('epoch', 'iter') if not isinstance(meta.get(name), int)]
    lacking += [name for name in ('optimizer', 'message_hub') if not isinstance(state.get(name), Mapping)]
    if lacking:
        raise ValueError(f'{path} holds no state of the optimizer to go on from: it has no {", ".join(lacking)}. To '
                         f'begin a training with its weights say load_from={path} after --cfg-options, without '
                         '--resume.')


def _another_kind(path: str | Path) -> str:
    """Why a file cannot be one that torch wrote, by how it begins; empty where it may be."""
    with open(path, 'rb') as file:
        begin = file.read(2)
    if not begin:
        return 'it is empty'
    return '' if begin in (b'PK', b'\x80\x02') else 'it does not begin as what torch writes'


def _describe_other(state: Any) -> str:
    """What there is in the place of a checkpoint; empty where it is one."""
    if not isinstance(state, Mapping):
        return f'a {type(state).__name__}'
    weights = weights_of(state)
    if not isinstance(weights, Mapping):
        return f'a {type(weights).__name__} as state_dict'
    if not all(isinstance(name, str) for name in weights):
        return 'weights without names'
    if weights is state and not any(map(torch.is_tensor, weights.values())):
        return f'no weights, but {", ".join(list(weights)[:3]) or "nothing"}'
    if weights is not state and not isinstance(state.get('meta') or {}, Mapping):
        return f'a {type(state["meta"]).__name__} as meta'
    return ''


def _check_place(path: str | Path) -> None:
    if '://' in str(path):
        raise ValueError(f'{path} is not on this machine. Download it and give its path.')
    if Path(path).is_dir():
        raise FileNotFoundError(f'There is no checkpoint {path}, which is a folder. Give a file in it, such as '
                                'epoch_20.pth.')
    if not Path(path).is_file():
        raise FileNotFoundError(f'There is no checkpoint {path}.')

"""Results of cells on disk: written whole, and believed only where they are whole, unchanged and of the same recipe.

A finished cell has a folder of its own below ``OUT/cells``. :func:`pack_runs` puts many of them into one compressed
file, ``OUT/runs.json.xz``, which is read where there is no folder.
"""
from __future__ import annotations

import functools
import hashlib
import json
import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..io.files import read_json, write_whole

CELLS, RUNS = 'cells', 'runs.json.xz'
RESULT, FAILURE, CURVE = 'result.json', 'failure.json', 'curve.json'


def write_result(folder: Path, result: Mapping[str, Any]) -> None:
    """Writes what a cell came to, with a checksum.

    Args:
        folder: of the cell.
        result: ``recipe``; ``predictions``, for each test photo ``path``, ``level``, ``predicted``, ``probabilities``
            (None where the method gives none) and ``fog``; ``curve``; ``seconds``; ``machine``.
    """
    write_whole(folder / RESULT, _dump(dict(checksum=_checksum(result), **result)))


def read_result(folder: Path, recipe: Mapping[str, Any]) -> dict[str, Any] | None:
    """The result of a cell, from its folder or from the packed runs; None where there is none yet.

    Raises:
        ValueError: it is cut short, was changed, or is of another recipe.
    """
    path = folder / RESULT
    try:
        result = read_json(path)
    except FileNotFoundError:
        path = folder.parents[1] / RUNS
        packed = read_runs(path).get(folder.name)
        if packed is None:
            return None
        result = dict(packed)
    checksum = result.pop('checksum', None)
    if checksum is None or checksum != _checksum(result):
        raise ValueError(f'{path} was changed since it was written: the checksum of {folder.name} does not fit.')
    if result.get('recipe') != recipe:
        raise ValueError(f'{path} is the result of another recipe.')
    return result


def pack_runs(out: Path) -> Path:
    """Adds the finished cells below ``out/cells`` to ``out/runs.json.xz``, whose path it gives; their folders stay."""
    path = out / RUNS
    runs = dict(read_runs(path))
    for result in sorted((out / CELLS).glob(f'*/{RESULT}')):
        runs[result.parent.name] = read_json(result)
    text = json.dumps(dict(sorted(runs.items()))).encode()
    write_whole(path, lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))
    return path


def read_runs(path: Path) -> Mapping[str, dict[str, Any]]:
    """The packed results by the name of their cell's folder; none where there is no such file.

    Raises:
        ValueError: the file is damaged.
    """
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}
    return _unpack(path, changed)


@functools.lru_cache(maxsize=1)  # every cell of a table asks
def _unpack(path: Path, changed: int) -> Mapping[str, dict[str, Any]]:
    try:
        runs = json.loads(lzma.decompress(path.read_bytes()))
        return {name: dict(result) for name, result in runs.items()}
    except (ValueError, TypeError, AttributeError, lzma.LZMAError, RecursionError) as error:
        raise ValueError(f'{path} is damaged: {error}. Copy it again, or delete it to run its cells anew.') from error


def write_failure(folder: Path, state: str, reason: str) -> None:
    """Writes why a cell has no result; ``state`` is ``'diverged'`` or ``'failed'``."""
    write_whole(folder / FAILURE, _dump(dict(state=state, reason=reason)))


def read_failure(folder: Path) -> dict[str, str] | None:
    """Why a cell has no result, or None where nothing says so."""
    try:
        failure = read_json(folder / FAILURE)
        return dict(state=str(failure['state']), reason=str(failure['reason']))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        return dict(state='failed', reason=f'{folder / FAILURE} cannot be read: {error!r}')


def write_curve(folder: Path, curve: list[dict[str, Any]]) -> None:
    """Writes what is known of the epochs that a training has behind it."""
    write_whole(folder / CURVE, _dump(curve))


def read_curve(folder: Path) -> list[dict[str, Any]]:
    """The epochs so far; none where nothing can be read, which costs the curve its beginning and no more."""
    try:
        curve = json.loads((folder / CURVE).read_bytes())
        return [dict(point, epoch=int(point['epoch']), seconds=float(point['seconds'])) for point in curve]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _checksum(result: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(result, sort_keys=True).encode()).hexdigest()


def _dump(content: Any) -> bytes:
    return (json.dumps(content) + '\n').encode()

"""Writes a planned set to a folder: over all cores, and so that it can be stopped at any moment and run again.

What a folder holds, in the order in which it comes to be:

1. ``plan.csv``, the rows without their checksums: an unfinished set, and the settings it is made with.
2. The images. Each is written under another name and then renamed: a file with an image's name is a whole image.
3. ``manifest.csv``, the rows with the SHA-256 of each file: a finished set. ``plan.csv`` goes.

A run on such a folder makes what is missing and, where there is a manifest, what differs from its checksum. An image
depends on its row and its scene alone, thus the folder is the same to the byte for any number of workers or stops.
"""
from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from ..io.files import write_whole
from ..io.progress import show_progress
from ..io.tables import open_table
from .fog import render
from .plan import PlannedImage
from .processes import count_cores, map_in_processes

PLAN, MANIFEST = 'plan.csv', 'manifest.csv'
ENCODINGS = {'.png': [], '.jpg': [cv2.IMWRITE_JPEG_QUALITY, 90]}


class Scene(Protocol):
    """A scene that can be sent to another process: its name, and how to load it there."""

    @property
    def id(self) -> str: ...

    def load(self) -> tuple[np.ndarray, np.ndarray]:
        """(clear (H, W, 3) uint8 BGR, depth (H, W) float, metres)"""


def write_set(scenes: Sequence[Scene], rows: Sequence[PlannedImage], out: str | Path,
              workers: int | None = None) -> Path:
    """Renders every row into the folder ``out``, or what is missing of it there.

    With more than one worker, processes are spawned: a script that calls this needs ``if __name__ == '__main__':``.

    Args:
        scenes: those that the rows name, picklable.
        rows: the plan, one row an image.
        out: the set's folder, made if need be.
        workers: how many processes render; all cores by default, 1 for none but this one.

    Returns:
        The path of the manifest.

    Raises:
        ValueError: the folder holds a set made with other settings, the plan is not sound, or a scene is not.
        OSError: an image cannot be written, as when the disk is full; what is finished stays for the next run.
    """
    out = Path(out)
    if workers is not None and workers < 1:
        raise ValueError(f'workers is a number of processes, at least 1, got {workers}; leave it out for all cores.')
    _check_plan(scenes, rows)
    checksums = _open_folder(out, rows)
    finished = _finished(out, rows, checksums)
    todo = [row for row in rows if row.file not in finished]
    if todo:
        with show_progress(len(rows), done=len(finished), label=out.name) as advance:
            for made in _make(scenes, todo, out, workers or count_cores()):
                finished.update(made)
                advance(len(made))
    changed = [file for file, checksum in (checksums or {}).items() if finished[file] != checksum]
    if changed:
        warnings.warn(f'{len(changed)} images in {out}, such as {changed[0]}, were made again and are not what '
                      f'{MANIFEST} had: the scenes, OpenCV or mmhaze are not those that made the rest. '
                      'For a set of one make, delete the folder and run again.', stacklevel=2)
    write_table(out / MANIFEST, [{**row.as_text(), 'sha256': finished[row.file]} for row in rows])
    (out / PLAN).unlink(missing_ok=True)
    return out / MANIFEST


def _check_plan(scenes: Sequence[Scene], rows: Sequence[PlannedImage]) -> None:
    if not rows:
        raise ValueError('The plan has no rows: there is nothing to write. Name at least one scene, fog and level.')
    names = {scene.id for scene in scenes}
    files = set()
    for row in rows:
        if row.file in files or row.scene not in names or Path(row.file).suffix not in ENCODINGS:
            raise ValueError(f'The row of {row.file!r} must have a file of its own, a scene among the {len(names)} '
                             f'given and a suffix among {sorted(ENCODINGS)}; its scene is {row.scene!r}.')
        files.add(row.file)


def _open_folder(out: Path, rows: Sequence[PlannedImage]) -> dict[str, str] | None:
    """Makes the folder ready for ``rows``; the checksums of its files if it holds a finished set, else None."""
    plan = [row.as_text() for row in rows]
    for leftover in out.rglob('.*.part'):
        leftover.unlink()
    if (out / MANIFEST).is_file():
        table = read_table(out / MANIFEST)
        checksums = {cells.get('file', ''): cells.pop('sha256', '') for cells in table}
        _check_settings(plan, table, out / MANIFEST)
        return checksums
    if (out / PLAN).is_file():
        _check_settings(plan, read_table(out / PLAN), out / PLAN)
    else:
        strangers = [row.file for row in rows if (out / row.file).exists()]
        if strangers:
            raise ValueError(f'{out} holds {strangers[0]}, and neither {PLAN} nor {MANIFEST} says how it was made. '
                             'Choose another folder, or delete this one first.')
        write_table(out / PLAN, plan)
    for folder in sorted({(out / row.file).parent for row in rows}):
        folder.mkdir(parents=True, exist_ok=True)
    return None


def _check_settings(plan: list[dict[str, str]], found: list[dict[str, str]], path: Path) -> None:
    differences = (f'{column} of {mine["file"]} is {theirs.get(column)!r} there and {mine[column]!r} in this run'
                   for mine, theirs in zip(plan, found) for column in mine if mine[column] != theirs.get(column))
    if len(plan) != len(found):
        difference = f'it has {len(found)} images and this run {len(plan)}'
    else:
        difference = next(differences, '')
    if difference:
        raise ValueError(f'{path.parent} holds a set made with other settings: by {path.name}, {difference}. '
                         'Give the settings it was made with, choose another folder, or delete this one first.')


def _finished(out: Path, rows: Sequence[PlannedImage], checksums: dict[str, str] | None) -> dict[str, str]:
    """SHA-256 of each image that need not be made again; without checksums any file is whole, as it was renamed."""
    finished = {}
    for row in rows:
        with contextlib.suppress(FileNotFoundError):
            digest = hashlib.sha256((out / row.file).read_bytes()).hexdigest()
            if checksums is None or checksums[row.file] == digest:
                finished[row.file] = digest
    return finished


def _make(scenes: Sequence[Scene], rows: Sequence[PlannedImage], out: Path, workers: int) -> Iterator[dict[str, str]]:
    """Makes the rows, a scene at a time; yields the checksums of each scene's files."""
    rows_of: dict[str, list[PlannedImage]] = {}
    for row in rows:
        rows_of.setdefault(row.scene, []).append(row)
    tasks = [(scene, rows_of[scene.id], out) for scene in scenes if scene.id in rows_of]
    yield from map_in_processes(_make_scene, tasks, min(workers, len(tasks)))


def _make_scene(scene: Scene, rows: Sequence[PlannedImage], out: Path) -> dict[str, str]:
    clear, depth = scene.load()
    checksums = {}
    for row in rows:
        suffix = Path(row.file).suffix
        data = cv2.imencode(suffix, render(clear, depth, row.params), ENCODINGS[suffix])[1].tobytes()
        write_whole(out / row.file, data)
        checksums[row.file] = hashlib.sha256(data).hexdigest()
    return checksums


def write_table(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Writes a CSV file, whole or not at all; all rows have the columns of the first."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator='\n')
    table.writeheader()
    table.writerows(rows)
    write_whole(path, text.getvalue().encode())


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    with open_table(path) as table:
        return [dict(row) for row in table]

"""A set whose every image is a row that is known before the first is rendered: Hazel-level and the demo set.

What the folder holds, in the order in which it comes to be:

1. ``plan.csv``, the rows without their checksums: an unfinished set, and the settings it is made with.
2. The images.
3. ``manifest.csv``, the rows with the SHA-256 of each file: a finished set. ``plan.csv`` goes.
"""
from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from ..io.files import write_whole
from ..io.tables import read_table, write_table
from .fog import render
from .plan import PlannedImage
from .writer import CHECKS, MANIFEST, PLAN, Share, Work, find_whole, refuse_settings, sha256

ENCODINGS = {'.png': [], '.jpg': [cv2.IMWRITE_JPEG_QUALITY, 90]}


class Scene(Protocol):
    """A scene that can be sent to another process: its name, and how to load it there."""

    @property
    def id(self) -> str: ...

    def load(self) -> tuple[np.ndarray, np.ndarray]:
        """(clear (H, W, 3) uint8 BGR, depth (H, W) float, metres)"""


class SceneSet:
    """Plan of :func:`~.writer.write_set`, which gives the path of the manifest; a unit of work is a scene.

    Where the set is finished, images that differ from their checksums are made again, and they alone.

    Args:
        scenes: those that the rows name, picklable.
        rows: one an image.
        out: the set's folder, made if need be.

    Raises:
        ValueError: two rows have one file, or a row has an unknown scene or suffix.
    """

    unit = 'images'

    def __init__(self, scenes: Sequence[Scene], rows: Sequence[PlannedImage], out: str | Path) -> None:
        if not rows:
            raise ValueError('The plan has no rows: there is nothing to write. Name at least one scene, fog and level.')
        self.out, self.scenes = Path(out), scenes
        self.rows: dict[str, PlannedImage] = {}
        self.rows_of: dict[str, list[PlannedImage]] = {scene.id: [] for scene in scenes}
        self.checksums: dict[str, str] = {}  # that the manifest has
        self.whole: dict[str, str] = {}      # of the images that need not be made
        for row in rows:
            if row.file in self.rows or row.scene not in self.rows_of or Path(row.file).suffix not in ENCODINGS:
                raise ValueError(f'The row of {row.file!r} must have a file of its own, a scene among the '
                                 f'{len(self.rows_of)} given and a suffix among {sorted(ENCODINGS)}; its scene is '
                                 f'{row.scene!r}.')
            self.rows[row.file] = row
            self.rows_of[row.scene].append(row)

    def open(self) -> None:
        plan = [row.as_text() for row in self.rows.values()]
        path = next((path for path in (self.out / MANIFEST, self.out / PLAN) if path.is_file()), None)
        if path:
            _check_settings(plan, read_table(path), path)
            return
        strangers = [file for file in self.rows if (self.out / file).exists()]
        if strangers:
            raise ValueError(f'{self.out} holds {strangers[0]}, and neither {PLAN} nor {MANIFEST} says how it was '
                             'made. Choose another folder, or delete this one first.')
        write_table(self.out / PLAN, plan)

    def find_checks(self, share: Share) -> Work:
        if (self.out / MANIFEST).is_file():
            self.checksums = {row.get('file', ''): row.get('sha256', '') for row in read_table(self.out / MANIFEST)}
        there = [row.file for scene in share.of(self.scenes) for row in self.rows_of[scene.id]
                 if (self.out / row.file).is_file()]
        return Work(find_whole, (self._check(file) for file in there), len(there), processes=-(-len(there) // CHECKS))

    def find_work(self, share: Share) -> Work:
        scenes = list(share.of(self.scenes))
        todo = [(scene, rows, self.out) for scene in scenes
                if (rows := [row for row in self.rows_of[scene.id] if row.file not in self.whole])]
        total = sum(len(self.rows_of[scene.id]) for scene in scenes)
        return Work(_make_scene, todo, total, len(self.whole), len(todo))

    def add(self, result: dict[str, str]) -> int:
        self.whole.update(result)
        return max(1, len(result))

    def finish(self, share: Share) -> Path:
        if share.rank == 0:
            for file in self.rows.keys() - self.whole.keys():  # made by other processes
                self.whole.update(find_whole(self.out, {file: None}, MANIFEST))
            changed = [file for file, checksum in self.checksums.items() if self.whole[file] != checksum]
            if changed:
                warnings.warn(f'{len(changed)} images in {self.out}, such as {changed[0]}, were made again and are not '
                              f'what {MANIFEST} had: the scenes, OpenCV or mmhaze are not those that made the rest. '
                              'For a set of one make, delete the folder and run again.', stacklevel=3)
            write_table(self.out / MANIFEST, [{**row.as_text(), 'sha256': self.whole[row.file]}
                                              for row in self.rows.values()])
            (self.out / PLAN).unlink(missing_ok=True)
        return self.out / MANIFEST

    def _check(self, file: str) -> tuple[Path, dict[str, str | None], str]:
        return self.out, {file: self.checksums.get(file)}, str(self.out / MANIFEST)


def _check_settings(plan: list[dict[str, str]], found: list[dict[str, str]], path: Path) -> None:
    if len(plan) != len(found):
        refuse_settings(path, f'it has {len(found)} images and this run {len(plan)}')
    for mine, theirs in zip(plan, found):
        for column in mine:
            if mine[column] != theirs.get(column):
                refuse_settings(path, f'{column} of {mine["file"]} is {theirs.get(column)!r} there and '
                                      f'{mine[column]!r} in this run')


def _make_scene(scene: Scene, rows: Sequence[PlannedImage], out: Path) -> dict[str, str]:
    clear, depth = scene.load()
    checksums = {}
    for row in rows:
        suffix = Path(row.file).suffix
        data = cv2.imencode(suffix, render(clear, depth, row.params), ENCODINGS[suffix])[1].tobytes()
        write_whole(out / row.file, data)
        checksums[row.file] = sha256(data)
    return checksums

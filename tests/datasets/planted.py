"""A healthy data set of drawn streets, in which to plant what a doctor should find."""
from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

BETAS = (0.005, 0.02, 0.04)
TRAIN, TEST = (0, 1, 2, 3), (4, 5)


class PlantedSet:
    """Six streets at three levels, four streets to train and two to test on, with their rows of the manifest.

    Args:
        folder: to write.
        street: the fixture that draws.
    """

    def __init__(self, folder: Path, street: Callable[..., np.ndarray]) -> None:
        self.folder = folder
        self.rows: list[dict[str, str]] = []
        for seed in TRAIN + TEST:
            for level, beta in enumerate(BETAS):
                part = 'train' if seed in TRAIN else 'test'
                self.add(f'level_{level}/s{seed}.png', level, part, street(seed, beta), scene=f's{seed}')

    def add(self, file: str, level: int, part: str, photo: np.ndarray | None = None, **cells: str) -> None:
        """Writes a photo and its row; the photo None writes the row alone."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if photo is not None:
            cv2.imwrite(str(path), photo)
        self.rows.append(dict(file=file, level=str(level), split=part, **cells))

    def write(self, *without: str) -> Path:
        """Writes the manifest, but for the columns ``without``; returns the folder."""
        names = [name for name in ('file', 'level', 'split', 'scene', 'split_other') if name not in without
                 and any(name in row for row in self.rows)]
        with (self.folder / 'manifest.csv').open('w', newline='', encoding='utf-8') as lines:
            table = csv.DictWriter(lines, names, extrasaction='ignore')
            table.writeheader()
            table.writerows(self.rows)
        return self.folder

"""A tiny data set on disk, for tests of what lies between a CSV file and a trained network."""
from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from mmhaze.clip.domains import Domains, write_domains
from mmhaze.datasets.folds import read_folds


def write_tiny_set(folder: Path, levels: int = 9, rounds: int = 3, parts: bool = False) -> Path:
    """Writes ``rounds`` photos of each level, 96x80, and manifest.csv; returns the folder.

    The higher the level, the brighter and flatter the photo. Each split gives another third of the rounds to test.
    clear.csv lists the first photo of each round as a clear one with its depth, 2 to 400 m in steps of 2 cm.
    With ``parts`` a column ``split`` gives a third to each of train, val and test, and all photos have one depth, 1 to
    200 m, in centimetres.
    """
    parted = ['split', 'depth'] if parts else []
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / 'manifest.csv').open('w', newline='', encoding='utf-8') as lines:
        rows = csv.writer(lines)
        rows.writerow(['file', 'level', 'split_random', 'split_scene', 'scene', 'fog', 'beta', 'visibility', 'note',
                       *parted])
        for number in range(levels * rounds):
            level, scene = number % levels, number // levels
            haze = np.linspace(1, 0.2, 80)[:, None, None] * (level + 1) / levels  # thickest at the top
            photo = rng.random((80, 96, 3)) * 160 * (1 - haze) + 230 * haze
            cv2.imwrite(str(folder / f'{number:03}.png'), photo.round().astype(np.uint8))
            beta = 0.01 + 0.005 * level
            rows.writerow([f'{number:03}.png', level, *('test' if scene % 3 == held else 'train' for held in (2, 0)),
                           f'scene-{scene}', 'uniform', beta, 3 / beta, 'nobody reads this',
                           *([('train', 'val', 'test')[scene % 3], 'depth.png'] if parts else [])])
    with (folder / 'clear.csv').open('w', newline='', encoding='utf-8') as lines:
        rows = csv.writer(lines)
        rows.writerow(['file', 'level', 'split_scene', 'scene', 'depth'])
        rows.writerows([f'{levels * scene:03}.png', 0, 'train' if scene % 3 else 'test', f'scene-{scene}', 'depth.png']
                       for scene in range(rounds))
    cv2.imwrite(str(folder / 'depth.png'), np.tile(np.linspace(20000, 100, 80)[:, None], 96).astype(np.uint16))
    return folder


def write_tiny_pairs(folder: Path) -> Path:
    """Writes pairs.csv beside a tiny set: two photos and the clear ones of their rounds, one to train, one to test."""
    (folder / 'pairs.csv').write_text('hazy,clear,split,split_scene\n'
                                      '005.png,000.png,train,train\n025.png,020.png,test,test\n')
    return folder


def write_tiny_folders(folder: Path, *names: str) -> Path:
    """Writes folders of 20 photos of noise each, 60x50, of the same names."""
    rng = np.random.default_rng(0)
    for name in names:
        (folder / name).mkdir(parents=True)
        for number in range(20):
            cv2.imwrite(str(folder / name / f'{number}.png'), rng.integers(0, 256, (50, 60, 3), np.uint8))
    return folder


def write_tiny_domains(folder: Path) -> None:
    """Writes clip_domains.npz for all the photos below a folder: two domains, vectors of 16 numbers, random shares."""
    files = tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob('*.png')))
    shares = np.random.default_rng(0).random((len(files), 1), np.float32)
    write_domains(folder / 'clip_domains.npz', Domains(
        ('indoor', 'outdoor'), ('in', 'out'), np.eye(2, 16, dtype=np.float32), files, np.hstack([shares, 1 - shares]),
        'a test'))


def write_tiny_ceit_foggy(folder: Path) -> Path:
    """One frame of each video of CEIT-Foggy in folders as published, 96x80, whiter in fog; returns the folder."""
    rng = np.random.default_rng(0)
    for video, row in read_folds('ceit_foggy').items():
        haze = 0.7 if 'fog' in row['condition'].lower() else 0.1
        (folder / video).mkdir(parents=True)
        frame = rng.random((80, 96, 3)) * 160 * (1 - haze) + 230 * haze
        cv2.imwrite(str(folder / video / 'Frame(1).jpg'), frame.round().astype(np.uint8))
    return folder

"""What is stopped at random moments: one job a tool that writes, and what of its folder counts as done."""
from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from benchmarks.studies.small_clip import build_clip
from mmhaze.clip import read_domains
from mmhaze.io.files import write_whole
from mmhaze.runtime.checkpoints import is_whole, load_checkpoint
from mmhaze.synthesis.demo_set import make_demo_set
from mmhaze.synthesis.scenes import render_scene

ROOT = Path(__file__).resolve().parents[2]
PHOTOS, SCENES, EPOCHS = 16, 3, 4
DEPTH_UNITS = 1000.0  # of FRIDA in a metre

Done = dict[str, str]  # a digest for each thing that is done, by its name


@dataclass(frozen=True)
class Job:
    """A tool at work.

    Attributes:
        name: of it.
        command: arguments of Python, for the folder of what it reads and that of what it writes.
        done: what of the latter counts as done.
    """

    name: str
    command: Callable[[Path, Path], list[str]]
    done: Callable[[Path], Done]


def prepare(data: Path) -> None:
    """Draws all that the jobs read: scenes of FRIDA's layout, photos, a data set and a CLIP."""
    for number in range(1, SCENES + 1):
        clear, depth = render_scene(number)
        folder = data / 'frida-src' / 'frida'
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f'LIma-{number:06d}.png', cv2.imencode('.png', clear)[1].tobytes())
        np.savetxt(folder / f'Dmap-{number:06d}.fdd', np.minimum(depth, 500) * DEPTH_UNITS, '%.1f')
    for number in range(PHOTOS):
        photo = cv2.resize(render_scene(100 + number)[0], (640, 480), interpolation=cv2.INTER_CUBIC)
        write_whole(data / 'photos' / f'{number:02d}.jpg', cv2.imencode('.jpg', photo)[1].tobytes())
    make_demo_set(data / 'demo', scenes=8)
    torch.manual_seed(0)
    build_clip(data / 'clip', width=64, layers=2, projection=16).save_pretrained(data / 'clip')


def digest(*parts: bytes) -> str:
    """Of bytes, short."""
    return hashlib.sha256(b'\0'.join(parts)).hexdigest()[:16]


def files(folder: Path, *patterns: str) -> Done:
    """The files of some patterns, but those that are being written: they begin with a dot."""
    return {path.relative_to(folder).as_posix(): digest(path.read_bytes())
            for pattern in patterns for path in folder.glob(pattern)
            if path.is_file() and not path.name.startswith('.')}


def synthesis(folder: Path) -> Done:
    """The images, and the tables of a finished set."""
    return files(folder, 'level_*/**/*', 'depth/**/*', 'clear/**/*', 'manifest.csv', 'clear.csv', 'skipped.csv')


def ucm(folder: Path) -> Done:
    """The pictures, and the rows of the table but for their seconds: a run that fails keeps the rows that it has."""
    done = files(folder, 'overlays/**/*', 'masks/**/*', 'segments/**/*')
    table = folder / 'ucm.csv'
    if table.exists():
        with table.open(newline='', encoding='utf-8') as lines:
            for row in csv.DictReader(lines):
                done[f'ucm.csv, {row.pop("file")}'] = digest(str(dict(row, seconds=None)).encode())
    return done


def domains(folder: Path) -> Done:
    """The file of domains."""
    file = folder / 'domains.npz'
    if not file.exists():
        return {}
    found = read_domains(file)
    return {file.name: digest(found.vectors.tobytes(), found.probabilities.tobytes(), *map(str.encode, found.files))}


def training(folder: Path) -> Done:
    """The weights, and the optimizer, of each checkpoint that counts as whole."""
    found = {}
    for path in folder.glob('*.pth'):
        if is_whole(path):
            checkpoint = load_checkpoint(path)
            found[path.name] = digest(*_bytes(checkpoint['state_dict']), *_bytes(checkpoint['optimizer']))
    return found


def table(folder: Path) -> Done:
    """What the cells of the table predict, and that there is a page."""
    done = {}
    for path in folder.glob('cells/*/result.json'):
        result = json.loads(path.read_bytes())
        curve = [{key: value for key, value in point.items() if key != 'seconds'} for point in result['curve']]
        done[path.parent.name] = digest(json.dumps([result['recipe'], result['predictions'], curve]).encode())
    return done | {path.name: 'there' for path in folder.glob('*.md')}


def _bytes(state: Any) -> list[bytes]:
    if isinstance(state, torch.Tensor):
        return [state.numpy().tobytes()]
    if isinstance(state, dict):
        return [part for key in state for part in (str(key).encode(), *_bytes(state[key]))]
    if isinstance(state, (list, tuple)):
        return [part for each in state for part in _bytes(each)]
    return [repr(state).encode()]


def _tool(name: str, *words: Any) -> list[str]:
    return [sys.executable, str(ROOT / 'tools' / f'{name}.py'), *map(str, words)]


JOBS = {job.name: job for job in (
    Job('hazel_level', lambda data, out: _tool(
        'dataset_converters/hazel_level', data / 'frida-src', '--out', out, '--allow-partial', '--keep-clear',
        '--workers', 2), synthesis),
    Job('haze_wild', lambda data, out: _tool(
        'dataset_converters/haze_wild', data / 'photos', '--out', out, '--depth', 'ground', '--keep-depth',
        '--workers', 2), synthesis),
    Job('ucm', lambda data, out: _tool('ucm', data / 'photos', '--out', out, '--workers', 2), ucm),
    Job('clip_domains', lambda data, out: _tool(
        'clip_domains', data / 'photos', '--clip', data / 'clip', '--out', out / 'domains.npz'), domains),
    Job('train', lambda data, out: _tool(
        'train', ROOT / 'configs/baselines/resnet18_demo.py', '--work-dir', out, '--resume', '--cfg-options',
        f'train_cfg.max_epochs={EPOCHS}', f'param_scheduler.T_max={EPOCHS}',
        'default_hooks.checkpoint.max_keep_ckpts=-1',  # or what the first epochs left could not be compared
        *(f'{part}_dataloader.dataset.data_root={data / "demo"}' for part in ('train', 'val', 'test'))), training),
    Job('reproduce', lambda data, out: _tool(
        'reproduce', 'table3', '--data', 'demo', '--split', 'scene', '--rows', 'Base, ResNet18', 'Base+FE+S, ResNet18',
        '--data-root', data / 'demo', '--out', out, '--cfg-options', 'train_cfg.max_epochs=2'), table))}

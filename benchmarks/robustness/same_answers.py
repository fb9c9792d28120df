"""Shows that what the tools answer is the same as at another commit, to the byte, and weights to the bit.

    python -m benchmarks.robustness.same_answers --against main~20
    python -m benchmarks.robustness.same_answers --against-folder ../mmhaze-before --only ucm predict

The commit is checked out into a temporary work tree. Each sample of sample_answers.py runs in one process a tree, on
inputs drawn for it, and every file that comes out is compared. A line a sample says ``same``, or what differs. It takes
a few minutes on two cores. Not compared are: what tells the time or the machine (columns and keys in ``TIMED``, a
checkpoint's ``meta``), logs and configs as they were run, the command and the version of mmhaze on a page, and what is
printed. Exit codes: 0 all is the same, 1 something differs, 2 wrong usage.
"""
from __future__ import annotations

import argparse
import csv
import io
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.robustness.sample_answers import OLD, READS, SAMPLES

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name('sample_answers.py')
SIDES = ('before', 'after')
SHOWN = 6  # of what differs, of each sample
# of tables and JSON, and of a checkpoint; a checksum of what holds a time is one of it
TIMED = {'seconds', 'time', 'data_time', 'memory', 'machine', 'machines', 'checksum', 'command', 'mmhaze', 'config',
         'meta', 'message_hub'}
# of a run: what it said, its config, and an absolute path
LEFT_OUT = re.compile(r'.*\.(log|py)|log\.txt|last_checkpoint')
# of a path: when a run began, and the checksum of a recipe, which holds the version and the config
STAMPS = re.compile(r'\d{8}_\d{6}|(?<=_)[0-9a-f]{12}')


def run_samples(name: str, trees: Mapping[str, Path], out: Path) -> list[str]:
    """Runs a sample in both trees at once, and gives what went wrong."""
    started = []
    for side, tree in trees.items():
        (out / side).mkdir(exist_ok=True)
        said = (out / f'{name}.{side}.txt').open('w')
        started.append((side, subprocess.Popen(
            [sys.executable, str(SCRIPT), name, '--tree', str(tree)], cwd=out / side, stdout=said, stderr=said,
            env=dict(os.environ, PYTHONPATH=str(tree), OMP_NUM_THREADS='1', CUDA_VISIBLE_DEVICES='', COLUMNS='120',
                     HF_HUB_OFFLINE='1'))))
    return [f'{side} ended with {process.returncode}, see {out / name}.{side}.txt'
            for side, process in started if process.wait()]


def list_files(folder: Path) -> dict[str, Path]:
    """The files below a folder that are compared, by their path without what tells the time."""
    return {STAMPS.sub('', path.relative_to(folder).as_posix()): path for path in sorted(folder.rglob('*'))
            if path.is_file() and not LEFT_OUT.fullmatch(path.name)}


def untimed(value: Any) -> Any:
    """A value as it can be compared: without times, and tensors and arrays as their type, shape and bytes."""
    if isinstance(value, Mapping):
        return {key: untimed(each) for key, each in value.items() if key not in TIMED}
    if isinstance(value, (list, tuple)):
        return [untimed(each) for each in value]
    if hasattr(value, 'numpy'):
        value = value.detach().cpu().numpy()
    if hasattr(value, 'tobytes'):
        return str(value.dtype), value.shape, value.tobytes()
    return STAMPS.sub('', value) if isinstance(value, str) else repr(value)


def read_table(data: bytes) -> Any:
    return untimed(list(csv.DictReader(io.StringIO(data.decode()))))


def read_lines(data: bytes) -> Any:
    return [untimed(json.loads(line)) for line in data.decode().splitlines()]


def read_json(data: bytes) -> Any:
    try:
        return untimed(json.loads(data))
    except json.JSONDecodeError:
        return read_lines(data)  # mmengine's, a line a step


def read_checkpoint(data: bytes) -> Any:
    import torch
    return untimed(torch.load(io.BytesIO(data), map_location='cpu', weights_only=False))  # made just now, by ourselves


def read_page(data: bytes) -> Any:
    """The lines of a page of tools/reproduce.py, without the command, the machine and the table of training times."""
    return [line for line in data.decode().splitlines() if 'tools/' not in line and 'CPU' not in line
            and not re.fullmatch(r'\| .* \| \S+, \S+ \| \d+ \|', line)]


READERS: dict[str, Callable[[bytes], Any]] = {
    '.csv': read_table, '.json': read_json, '.jsonl': read_lines, '.pkl': lambda data: untimed(pickle.loads(data)),
    '.pth': read_checkpoint, '.md': read_page}


def compare(before: Path, after: Path) -> tuple[int, list[str]]:
    """How many files two folders have, and what differs."""
    left, right = list_files(before), list_files(after)
    differ = [f'{name} is {"new" if name in right else "gone"}' for name in sorted(left.keys() ^ right.keys())]
    for name in sorted(left.keys() & right.keys()):
        data = left[name].read_bytes(), right[name].read_bytes()
        read = READERS.get(left[name].suffix)
        if data[0] != data[1] and (read is None or read(data[0]) != read(data[1])):
            differ.append(f'{name} differs')
    return len(left), differ


def compare_sample(name: str, trees: Mapping[str, Path], out: Path) -> list[str]:
    """Runs a sample and says what differs, in a line."""
    began = time.monotonic()
    had = {side: set((out / side).rglob('*')) for side in SIDES}
    problems = run_samples(name, trees, out)
    fresh = {side: out / 'fresh' / name / side for side in SIDES}
    for side in SIDES:
        for path in sorted(set((out / side).rglob('*')) - had[side]):
            if path.is_file():
                target = fresh[side] / path.relative_to(out / side)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
    files, differ = compare(*fresh.values())
    problems += differ
    state = '; '.join([*problems[:SHOWN], *[f'and {len(problems) - SHOWN} more'] * (len(problems) > SHOWN)]) or 'same'
    print(f'{name:16}{files:5} files  {time.monotonic() - began:4.0f} s  {state}', flush=True)
    return problems


def check_out(commit: str, folder: Path) -> None:
    subprocess.run(['git', '-C', str(ROOT), 'worktree', 'add', '--quiet', '--detach', str(folder), commit], check=True)
    for built in ROOT.glob('mmhaze/ucm/_passes*'):
        if built.suffix in ('.so', '.pyd'):
            shutil.copy2(built, folder / 'mmhaze' / 'ucm')


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    against = parser.add_mutually_exclusive_group(required=True)
    against.add_argument('--against', metavar='COMMIT', help='compare with this commit')
    against.add_argument('--against-folder', type=Path, metavar='DIR', help='compare with this checkout, as it is')
    parser.add_argument('--only', nargs='+', choices=SAMPLES, default=list(SAMPLES), metavar='NAME',
                        help=f'of {", ".join(SAMPLES)}; what a sample needs of those before it is run as well')
    parser.add_argument('--out', type=Path, metavar='DIR', help='folder to keep all in (default: a temporary one)')
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    args = parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        out = (args.out or Path(temporary, 'out')).resolve()
        if out.exists() and any(out.iterdir()):
            print(f'same_answers: {out} is not empty. Name another folder.', file=sys.stderr)
            return 2
        (out / 'inputs').mkdir(parents=True)
        tree = (args.against_folder or Path(temporary, 'tree')).resolve()
        if args.against:
            check_out(args.against, tree)
        try:
            trees = dict(zip(SIDES, (tree, ROOT)))
            for side in SIDES:
                (out / side).mkdir()
            subprocess.run([sys.executable, str(SCRIPT), 'inputs', '--tree', str(ROOT)], cwd=out / 'before', check=True,
                           stdout=subprocess.DEVNULL, env=dict(os.environ, PYTHONPATH=str(ROOT)))
            differ = [name for name in with_needed(args.only) if compare_sample(name, trees, out)]
        finally:
            if args.against:
                subprocess.run(['git', '-C', str(ROOT), 'worktree', 'remove', '--force', str(tree)], check=False)
    print('All is the same.' if not differ else f'Not the same: {", ".join(differ)}')
    return 1 if differ else 0


def with_needed(names: Sequence[str]) -> list[str]:
    """The samples, in order, and those whose folders they read."""
    makes = {'demo': 'demo', 'train': 'train', 'haze-wild': 'wild', 'train-dehazer': 'train-dehazer',
             'baselines': 'baselines'}
    wanted = set(names)
    for name in reversed(list(SAMPLES)):
        if name in wanted:
            read = ' '.join(READS.get(line, line) for line in SAMPLES[name])
            wanted |= {maker for maker, folder in makes.items() if f'{OLD}/{folder}/' in read}
    return [name for name in SAMPLES if name in wanted]


if __name__ == '__main__':
    sys.exit(main())

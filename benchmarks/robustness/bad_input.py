"""Hands thousands of odd and damaged files to all that reads them, and says what went wrong.

    python -m benchmarks.robustness.bad_input --seed 1 --images 10000 --others 2000 --out docs/results/bad_input.json

Each file is made from the seed and its number, by ``bad_files.py``. It must be read, or be refused by a ValueError or
OSError that names it, within a minute and a stated memory; all else is a finding: another error, a crash, an answer
that is no answer. Images, of which each goes through UCM and all measures, go then in folders through the tools, the
inferencers and a data set (``bad_folders.py``), which must leave out what was refused, and nothing else. The files go
through a process that may have so much memory and no more, and that is started again where it dies. ``--number KIND N``
does one file alone, and leaves it here.
"""
from __future__ import annotations

import argparse
import json
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.common.environment import describe_environment
from benchmarks.common.page_tables import markdown_table
from benchmarks.robustness.bad_files import make_depth, make_image, make_table
from benchmarks.robustness.bad_folders import Doors
from mmhaze.baselines import RowTrees, dark_channel_ratio, fog_block_share, haze_factor, mean_saturation
from mmhaze.clip import read_domains
from mmhaze.datasets import PairedHazeDataset
from mmhaze.datasets.level_table import read_table
from mmhaze.datasets.sources import open_source
from mmhaze.io.files import write_whole
from mmhaze.io.photo import read_photo
from mmhaze.io.progress import show_progress
from mmhaze.synthesis.depth.depth_files import read_depth
from mmhaze.synthesis.wild_photos import PhotoTable
from mmhaze.ucm import segment_haze

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 4 << 30      # bytes that a process may map beyond what it has when it starts
PATIENCE = 60.0       # seconds for a file
FOLDER = 200          # files of one
LARGEST = 1 << 21     # pixels, of photos that are looked at and not just read
FINE = (ValueError, OSError)
TABLES: tuple[Callable[[Path], Any], ...] = (  # what reads tables
    lambda path: read_table(path, path.parent), lambda path: read_table(path, path.parent, split='random'),
    lambda path: PairedHazeDataset(str(path.parent), ann_file=path.name), lambda path: list(PhotoTable(path)),
    open_source)


def look_at_photo(path: Path) -> str:
    """Reads a photo, and takes its haze and all measures."""
    photo = read_photo(path)
    if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8:
        raise AssertionError(f'a photo is {photo.shape} {photo.dtype}')
    if photo.shape[0] * photo.shape[1] > LARGEST:
        return 'read'
    regions = segment_haze(photo)
    x0, y0, x1, y1 = regions.box
    if regions.mask.shape != photo.shape[:2] or not (0 <= x0 < x1 <= photo.shape[1] and 0 <= y0 < y1 <= photo.shape[0]):
        raise AssertionError(f'a mask of {regions.mask.shape} and a box of {regions.box} in {photo.shape}')
    for measure in (haze_factor, dark_channel_ratio, fog_block_share, mean_saturation):
        if np.isinf(measure(photo)):
            raise AssertionError(f'{measure.__name__} is infinite')
    return 'read'


def look_at_depth(path: Path) -> str:
    """Reads a depth map; a PNG as centimetres."""
    depth = read_depth(path, scale=0.01 if path.suffix == '.png' else None)
    if depth.ndim != 2 or depth.dtype != np.float32 or not depth.min() > 0:
        raise AssertionError(f'depth is {depth.shape} {depth.dtype} from {depth.min()}')
    return 'read'


def look_at_table(path: Path) -> str:
    """Reads a table in all ways that there are; each may refuse it."""
    fine = sum(answers(partial(read, path), path) == 'read' for read in (*TABLES, read_domains, RowTrees.load))
    return 'read' if fine else 'refused'


def answers(way: Callable[[], Any], path: Path) -> str:
    """What a reader makes of a file: what it says, else ``'read'``, or ``'refused'`` by an error that names the file;
    all else is raised."""
    try:
        said = way()
    except FINE as error:
        if path.name not in str(error):
            raise AssertionError(f'an error does not name the file: {error!r}') from error
        return 'refused'
    return said if isinstance(said, str) else 'read'


KINDS: dict[str, tuple[Callable, Callable[[Path], str]]] = dict(
    image=(make_image, look_at_photo), depth=(make_depth, look_at_depth), table=(make_table, look_at_table))


def try_file(kind: str, seed: int, number: int, folder: Path, before: int) -> dict[str, Any]:
    """Makes a file and has it read; ``before`` is the memory of the process when it began, kilobytes."""
    make, look = KINDS[kind]
    name, data = make(Random(f'{seed} {kind} {number}'))
    path = folder / f'{number}_{name}'
    path.write_bytes(data)
    start = time.monotonic()
    answer, problem = '', ''
    signal.alarm(int(PATIENCE))  # ends the process, which is a finding
    try:
        answer = answers(lambda: look(path), path)
    except BaseException as error:  # a finding, whatever it is
        problem = f'{type(error).__name__}: {str(error)[:300]}'
    signal.alarm(0)
    return dict(kind=kind, number=number, name=path.name, bytes=len(data), answer=answer, problem=problem,
                seconds=time.monotonic() - start, megabytes=(peak() - before) / 1024)


def work(kind: str, seed: int, numbers: range) -> None:
    """In a process of its own: a line of JSON for each file."""
    warnings.simplefilter('ignore')
    mapped = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / 'files'
        doors = Doors(Path(place)) if kind == 'image' else None
        before = peak()
        for first in numbers[::FOLDER]:
            folder.mkdir()
            unread = set()
            for number in range(first, min(first + FOLDER, numbers.stop)):
                tried = try_file(kind, seed, number, folder, before)
                print(json.dumps(tried), flush=True)
                unread |= set() if tried['answer'] == 'read' else {tried['name']}
            if doors is not None:
                start = time.monotonic()
                signal.alarm(int(PATIENCE * FOLDER))
                wrong = doors.look(folder, unread)
                signal.alarm(0)
                print(json.dumps(dict(
                    kind='folder', number=first, name='', bytes=0, answer='read', problem='; '.join(wrong),
                    seconds=time.monotonic() - start, megabytes=(peak() - before) / 1024)), flush=True)
            shutil.rmtree(folder)


def summary(kind: str, found: list[dict[str, Any]], findings: list[dict[str, Any]]) -> dict[str, float]:
    """Counts of what was found of a kind, and the most time and memory that one file took."""
    same = [each for each in found if each['kind'] == kind]
    answered = Counter(each['answer'] for each in same)
    return dict(files=len(same), read=answered['read'], refused=answered['refused'],
                findings=sum(each['kind'] == kind for each in findings),
                seconds=max((each['seconds'] for each in same), default=0.0),
                megabytes=max((each['megabytes'] for each in same), default=0.0))


def tabulate(table: Mapping[str, Mapping[str, float]]) -> str:
    """A line a kind of file."""
    return markdown_table(
        ['files', '#', '#read', '#refused by name', '#findings', '#s at most', '#MB at most'],
        ([kind, *(row[name] for name in ('files', 'read', 'refused', 'findings')), f'{row["seconds"]:.1f}',
          f'{row["megabytes"]:.0f}'] for kind, row in table.items()))


def peak() -> int:
    """The most memory that this process had, kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run(kind: str, seed: int, count: int, advance: Callable[[int], None]) -> list[dict[str, Any]]:
    """All files of a kind; a process that dies or hangs is a finding, and the next begins after that file."""
    found: list[dict[str, Any]] = []
    begin = 0
    while begin < count:
        command = [sys.executable, '-m', 'benchmarks.robustness.bad_input', '--work', kind]
        process = subprocess.Popen([*command, str(seed), str(begin), str(count)], cwd=ROOT, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        try:
            for line in process.stdout or ():
                found.append(json.loads(line))
                if found[-1]['kind'] == kind:
                    advance(1)
                    begin += 1
        finally:
            _, said = process.communicate()
        if process.returncode:
            found.append(dict(kind=kind, number=begin, name='', bytes=0, answer='', seconds=0, megabytes=0,
                              problem=f'the process ended with {process.returncode}: {said[-300:]}'))
            advance(1)
            begin += 1
    return found


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--images', type=int, default=10000)
    parser.add_argument('--others', type=int, default=2000, help='depth maps, and as many tables')
    parser.add_argument('--out', type=Path, help='a JSON file')
    parser.add_argument('--work', nargs=4, help=argparse.SUPPRESS)
    parser.add_argument('--number', nargs=2, metavar=('KIND', 'N'), help='this file alone')
    args = parser.parse_args(argv)
    if args.work:
        kind, seed, first, count = args.work
        work(kind, int(seed), range(int(first), int(count)))
        return 0
    if args.number:
        kind, number = args.number[0], int(args.number[1])
        name, data = KINDS[kind][0](Random(f'{args.seed} {kind} {number}'))
        Path(name).write_bytes(data)
        print(KINDS[kind][1](Path(name)))
        return 0
    found = []
    with show_progress(args.images + 2 * args.others, label='files', unit='files') as advance:
        for kind, count in (('image', args.images), ('depth', args.others), ('table', args.others)):
            found += run(kind, args.seed, count, advance)
    slow = [dict(each, problem=f'took {each["seconds"]:.0f} s') for each in found
            if each['seconds'] > PATIENCE and each['kind'] != 'folder']
    findings = [each for each in found if each['problem']] + slow
    table = {kind: summary(kind, found, findings) for kind in (*KINDS, 'folder')}
    print(tabulate(table))
    for problem, number in Counter(f'{each["kind"]}: {each["problem"][:160]}' for each in findings).most_common(40):
        print(f'{number} x {problem}')
    if args.out:
        write_whole(args.out, (json.dumps(dict(seed=args.seed, memory=MEMORY, table=table, findings=findings,
                                               environment=describe_environment()), indent=1) + '\n').encode())
    return int(bool(findings))


if __name__ == '__main__':
    sys.exit(main())

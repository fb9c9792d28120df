"""Runs tools for as long as asked, and looks at their memory and their pace all the while.

    python -m benchmarks.robustness.long_runs --minutes 60 --work work_dirs/long --out docs/results/long_runs.json

Three jobs, one by one (``--jobs``): ``tools/ucm.py`` and ``tools/predict.py`` over a video, the latter with a network,
and the converter of Haze-wild over photos. A short run tells the pace, with that more is made to do than takes the
time, and in the end the tool is told to stop. Every few seconds the memory and the processor's time of the process and
its children are read (Linux), and how much it has done. Printed are the memory and the pace in the first and in the
last third, by the clock on the wall, and by the processor's, which other work on the machine slows less; a picture
shows them over time. Commands that share OUT may follow one another: what is there of other jobs is kept.
"""
from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from benchmarks.common.environment import describe_environment
from benchmarks.common.page_tables import markdown_table
from benchmarks.common.random_weights import save_weights
from mmhaze.io.files import write_whole
from mmhaze.synthesis.scenes import render_scene

ROOT = Path(__file__).resolve().parents[2]
TRIAL = 1000         # frames or photos of the run that tells the pace
SPARE = 3            # times what the pace of that run asks for, as other work may have slowed it
STEP = 6             # looks of one point of the picture
STOP = 60            # seconds that a tool may take to stop
NETWORK, WEIGHTS = 'magnet-fe-s_resnet18_hazel-level', 'random.pth'
STREETS, HOLD = 40, 25  # different pictures of the video, and frames that each is held
PAGE = os.sysconf('SC_PAGE_SIZE')

TICKS = os.sysconf('SC_CLK_TCK')

Look = tuple[float, float, float, int]  # seconds: of the wall, of the processor; megabytes; how much is done


@dataclass(frozen=True)
class Job:
    """A tool, something for it to do, and how much of it is done.

    Attributes:
        make: writes the input, of so many frames or photos, to a path without a suffix, and gives its path.
        command: arguments of Python, of the input and the folder of the output.
        done: how many there are in the latter.
    """

    make: Callable[[Path, int], Path]
    command: Callable[[Path, Path], list[str]]
    done: Callable[[Path], int]


def make_video(path: Path, count: int) -> Path:
    """A video of drawn streets, each held for a second: a clip, again and again, as MPEG-1 may be joined end to end."""
    path = path.with_suffix('.mpg')
    frames = [render_scene(seed)[0] for seed in range(STREETS)]
    height, width = frames[0].shape[:2]
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'PIM1'), 25, (width, height))
    for number in range(STREETS * HOLD):
        video.write(frames[number // HOLD])
    video.release()
    clip = path.read_bytes()
    with path.open('wb') as stream:
        for _ in range(math.ceil(count / (STREETS * HOLD))):
            stream.write(clip)
    return path


def make_video_and_network(path: Path, count: int) -> Path:
    """The same, and weights as chance has them beside it."""
    save_weights(NETWORK, path.with_name(WEIGHTS))
    return make_video(path, count)


def make_photos(path: Path, count: int) -> Path:
    """A folder of drawn streets; there are forty, under many names."""
    path.mkdir(parents=True)
    streets = [path.with_name(f'{path.name}-{seed}.png') for seed in range(STREETS)]
    for seed, street in enumerate(streets):
        write_whole(street, cv2.imencode('.png', render_scene(seed)[0])[1].tobytes())
    for number in range(count):
        folder = path / f'{number // 1000:04d}'
        folder.mkdir(exist_ok=True)
        (folder / f'{number:07d}.png').symlink_to(streets[number % STREETS].resolve())
    return path


def rows(name: str) -> Callable[[Path], int]:
    """Counts the rows of a table that grows."""
    def count(out: Path) -> int:
        for path in (out / f'.{name}.part', out / name):
            if path.exists():
                with path.open('rb') as lines:
                    return max(0, sum(1 for _ in lines) - 1)
        return 0
    return count


def _tool(name: str, *words: object) -> list[str]:
    return [sys.executable, str(ROOT / 'tools' / f'{name}.py'), *map(str, words)]


JOBS = {
    'ucm': Job(make_video, lambda source, out: _tool('ucm', source, '--out', out), rows('ucm.csv')),
    'predict': Job(make_video_and_network,
                   lambda source, out: _tool('predict', source, '--out', out, '--model', NETWORK,
                                             '--checkpoint', source.with_name(WEIGHTS)), rows('haze.csv')),
    'haze_wild': Job(
        make_photos,
        lambda source, out: _tool('dataset_converters/haze_wild', source, '--out', out, '--depth', 'ground',
                                  '--workers', 1),
        lambda out: sum(1 for _ in (out / 'level_0').rglob('*.jpg')))}


def watch(command: Sequence[str], out: Path, done: Callable[[Path], int], every: float,
          seconds: float = math.inf) -> list[Look]:
    """Runs a command, and looks at it; after so many seconds it is asked to stop.

    Raises:
        RuntimeError: it failed, or did not stop within a minute.
    """
    shutil.rmtree(out, ignore_errors=True)
    looks = []
    with (out.with_suffix('.log')).open('wb') as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        start = time.monotonic()
        while process.poll() is None and time.monotonic() - start < seconds:
            looks.append((time.monotonic() - start, *usage(process.pid), done(out)))
            time.sleep(every)
        stopped = process.poll() is None
        if stopped:
            process.terminate()
            try:
                process.wait(STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                raise RuntimeError(f'{" ".join(command)} was told to stop, and had not after {STOP} s') from None
    looks.append((time.monotonic() - start, 0.0, 0.0, done(out)))
    if process.returncode and not stopped:
        raise RuntimeError(f'{" ".join(command)} ended with {process.returncode}, see {log.name}')
    return looks


def usage(pid: int) -> tuple[float, float]:
    """The processor's seconds and the megabytes of a process and its children; 0 for one that has ended."""
    try:
        pages = int(Path(f'/proc/{pid}/statm').read_text().split()[1])
        ticks = Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[11:15]  # children that ended among them
        children = Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    below = [usage(int(child)) for child in children]
    return (sum(map(int, ticks)) / TICKS + sum(each[0] for each in below),
            pages * PAGE / 1e6 + sum(each[1] for each in below))


def thirds(looks: Sequence[Look]) -> dict[str, float]:
    """The median memory and the pace of the first third, after the start, and of the last."""
    working = [look for look in looks if look[3] and look[2]]
    length = len(working) // 3
    if length < 2:
        raise ValueError(f'{len(working)} looks at the work are too few. Take more minutes, or look more often.')
    found: dict[str, float] = {}
    for name, part in (('first', working[:length]), ('last', working[-length:])):
        found[f'{name}_megabytes'] = statistics.median(look[2] for look in part)
        done = part[-1][3] - part[0][3]
        found[f'{name}_pace'] = done / (part[-1][0] - part[0][0])
        found[f'{name}_pace_of_processor'] = done / max(part[-1][1] - part[0][1], 1 / TICKS)
    return dict(found, minutes=looks[-1][0] / 60, done=looks[-1][3])


def tabulate(table: Mapping[str, Mapping[str, float]]) -> str:
    """A line a job."""
    return markdown_table(
        ['job', '#minutes', '#pictures', '#MB, first third, last', '#a second', '#a second of the processor'],
        ([name, f'{row["minutes"]:.0f}', row['done'], *(
            f'{row[f"first_{what}"]:.{digits}f}, {row[f"last_{what}"]:.{digits}f}'
            for what, digits in (('megabytes', 0), ('pace', 1), ('pace_of_processor', 1)))]
         for name, row in table.items()))


def draw(runs: dict[str, list[Look]], path: Path) -> None:
    """Memory and pace over time, a row a job."""
    figure = Figure(figsize=(9, 2.4 * len(runs)), layout='constrained')
    for row, (name, looks) in zip(figure.subplots(len(runs), 2, squeeze=False), runs.items()):
        seconds, busy, memory, done = (np.array(column)[::STEP] for column in zip(*looks[:-1]))
        row[0].plot(seconds / 60, memory)
        row[0].set(title=f'{name}: megabytes', xlabel='minutes', ylim=(0, None))
        for clock, label in ((seconds, 'wall'), (busy, 'processor')):
            row[1].plot(seconds[1:] / 60, np.diff(done) / np.maximum(np.diff(clock), 1e-9), label=label)
        row[1].set(title=f'{name}: pictures a second', xlabel='minutes', ylim=(0, None))
        row[1].legend(title='by the clock', fontsize='small')
    figure.savefig(path, dpi=100)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=60)
    parser.add_argument('--every', type=float, default=5, help='seconds between looks (default: %(default)s)')
    parser.add_argument('--jobs', nargs='+', choices=JOBS, default=list(JOBS))
    parser.add_argument('--work', type=Path, default=Path('work_dirs/long'))
    parser.add_argument('--out', type=Path, help='a JSON file; the picture goes beside it')
    args = parser.parse_args(argv)
    runs, table = {}, {}
    for name in args.jobs:
        job, work = JOBS[name], args.work / name
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        small, out = job.make(work / 'trial', TRIAL), work / 'trial-out'
        trial = watch(job.command(small, out), out, job.done, 0.1)
        begun = next(look for look in trial if look[3])  # it starts for seconds
        pace = max(TRIAL / trial[-1][0], (TRIAL - begun[3]) / max(trial[-1][0] - begun[0], 0.1))
        source = job.make(work / 'input', max(TRIAL, int(SPARE * pace * args.minutes * 60)))
        runs[name] = watch(job.command(source, work / 'out'), work / 'out', job.done, args.every, args.minutes * 60)
        table[name] = thirds(runs[name])
        print(f'{name}: {table[name]}', flush=True)
    if args.out:
        if args.out.exists():
            kept = json.loads(args.out.read_text())
            runs, table = kept['runs'] | runs, kept['table'] | table
        write_whole(args.out, (json.dumps(dict(runs=runs, table=table, environment=describe_environment())) + '\n')
                    .encode())
        draw(runs, args.out.with_suffix('.png'))
    print(tabulate(table))
    return 0


if __name__ == '__main__':
    sys.exit(main())

"""Stops the tools at random moments, in four ways, lets them go on, and says what was lost.

    python -m benchmarks.robustness.faults --seed 1 --times 20 --work work_dirs/faults --out docs/results/faults.json

Each job of ``fault_jobs.py`` is run once undisturbed. Then, for each fault, as often as asked: in a fresh folder it is
stopped once or twice, most of the time while it writes, sometimes while it starts, and then let go on to its end. A
trial is survived if, after each fault, nothing counts as done that differs from the undisturbed run, nothing hangs and
no process outlives the one that started it by half a minute; and if in the end all is there, equal to the bit.

Trials are kept in WORK/trials.jsonl: the same command goes on where it was, and in a new WORK with those that OUT has.
A full disk is tried where a disk can be mounted (Linux, root), and left out else.
"""
from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.common.environment import describe_environment
from benchmarks.common.page_tables import markdown_table
from benchmarks.robustness.fault_jobs import JOBS, Done, Job, prepare
from benchmarks.robustness.fault_kinds import FAULTS, can_mount, count, disk, make_room, run, size
from mmhaze.io.files import write_whole

EARLY = 0.15  # of the faults come while the job starts
TRIES = 5     # to hit a job before its end


class Reference:
    """An undisturbed run: what it makes, how long it starts and works, and the room that it takes."""

    def __init__(self, job: Job, data: Path, work: Path) -> None:
        folder = fresh(work / 'undisturbed')
        start = time.monotonic()
        ended = run(job.command(data, folder), folder, work / 'log.txt')
        self.seconds = time.monotonic() - start
        if ended.code:
            raise RuntimeError(f'{job.name} fails undisturbed: {ended.output}')
        self.done, self.room, self.files = job.done(folder), size(folder), count(folder)


def fresh(folder: Path) -> Path:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def differences(found: Done, wanted: Done, whole: bool) -> list[str]:
    """The names of what is there and should not be so; of what is missing, too, where all should be there."""
    return [f'{name} differs' for name in found if found[name] != wanted.get(name)] \
        + ([f'{name} is missing' for name in wanted if name not in found] if whole else [])


def try_once(job: Job, fault: str, reference: Reference, data: Path, work: Path, rng: random.Random) -> dict[str, Any]:
    """A trial; what was lost, in words, and nothing where it was survived."""
    lost: list[str] = []
    hits, codes = 0, []
    with ExitStack() as mounted:
        folder = fresh(work / 'disturbed')
        if fault == 'full disk':
            mounted.enter_context(disk(folder, int(rng.random() * reference.room)))
        log = work / 'log.txt'
        for _ in range(1 if fault == 'full disk' else rng.choice([1, 2])):
            early = rng.random() < EARLY
            moment = rng.random() * reference.seconds / (1 if early else 2)
            ended = run(job.command(data, folder), folder, log, None if fault == 'full disk' else fault, early, moment)
            hits += ended.hit or (fault == 'full disk' and ended.code != 0)
            codes.append(ended.code)
            lost += [f'after the fault: {each}' for each in differences(job.done(folder), reference.done, False)]
            lost += ['hung'] if ended.code is None else []
            lost += ['a process lingered'] if ended.lingered else []
        if fault == 'full disk':
            make_room(folder)
        ended = run(job.command(data, folder), folder, log)
        lost += [f'ended with {ended.code}: {ended.output[-500:]}'] if ended.code else []
        lost += differences(job.done(folder), reference.done, True)
        left_over = count(folder) - reference.files
    return dict(job=job.name, fault=fault, hits=hits, codes=codes, lost=lost, left_over=left_over)


def trials(jobs: Sequence[str], faults: Sequence[str], times: int, seed: int, work: Path) -> Iterator[dict[str, Any]]:
    """Those that are kept, and then those that are still to be made."""
    kept = work / 'trials.jsonl'
    known = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    known = [trial for trial in known if trial['seed'] == seed and trial['job'] in jobs and trial['fault'] in faults]
    yield from known
    data = work / 'data'
    if not (data / 'ready').exists():
        prepare(fresh(data))
        (data / 'ready').touch()
    for name in jobs:
        reference = None
        for fault in faults:
            done = sum(trial['hits'] > 0 for trial in known if (trial['job'], trial['fault']) == (name, fault))
            for number in range(done, times):
                reference = reference or Reference(JOBS[name], data, work)
                for attempt in range(TRIES):
                    rng = random.Random(f'{seed} {name} {fault} {number} {attempt}')
                    trial = dict(try_once(JOBS[name], fault, reference, data, work, rng), seed=seed)
                    if trial['hits']:
                        break
                with kept.open('a') as lines:
                    lines.write(json.dumps(trial) + '\n')
                yield trial


def tabulate(found: Sequence[dict[str, Any]]) -> str:
    """Job and fault: tried, survived, what was lost."""
    rows = []
    jobs = list(dict.fromkeys(trial['job'] for trial in found))
    for job, fault in sorted(dict.fromkeys((trial['job'], trial['fault']) for trial in found),
                             key=lambda pair: jobs.index(pair[0])):
        same = [trial for trial in found if (trial['job'], trial['fault']) == (job, fault) and trial['hits']]
        lost = '; '.join(dict.fromkeys(each.splitlines()[0] for trial in same for each in trial['lost'])) or 'nothing'
        rows.append([job, fault, len(same), sum(not trial['lost'] for trial in same), lost,
                     max((trial['left_over'] for trial in same), default=0)])
    return markdown_table(['job', 'fault', '#tried', '#survived', 'lost', '#files left over, at most'], rows)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seed', type=int, default=1, help='of the moments (default: %(default)s)')
    parser.add_argument('--times', type=int, default=20, help='of each fault (default: %(default)s)')
    parser.add_argument('--jobs', nargs='+', choices=JOBS, default=list(JOBS))
    parser.add_argument('--faults', nargs='+', choices=FAULTS, default=list(FAULTS))
    parser.add_argument('--work', type=Path, default=Path('work_dirs/faults'))
    parser.add_argument('--out', type=Path, help='a JSON file')
    args = parser.parse_args(argv)
    args.work.mkdir(parents=True, exist_ok=True)
    kept = args.work / 'trials.jsonl'
    if args.out and args.out.exists() and not kept.exists():
        kept.write_text(''.join(f'{json.dumps(trial)}\n' for trial in json.loads(args.out.read_text())['trials']))
    faults = [each for each in args.faults if each != 'full disk' or can_mount(args.work / 'probe')]
    found = []
    for trial in trials(args.jobs, faults, args.times, args.seed, args.work):
        found.append(trial)
        print(f'{trial["job"]}, {trial["fault"]}: {"; ".join(trial["lost"]) or "survived"}', flush=True)
    print(tabulate(found))
    if args.out:
        write_whole(args.out, (json.dumps(dict(seed=args.seed, trials=found, environment=describe_environment()),
                                          indent=1) + '\n').encode())
    return int(any(trial['lost'] for trial in found))


if __name__ == '__main__':
    sys.exit(main())

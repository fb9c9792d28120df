"""The harness that stops tools: it must see what is lost, or its table says nothing."""
from __future__ import annotations

import json
import random
import sys

import pytest

from benchmarks.robustness import fault_jobs as jobs
from benchmarks.robustness import fault_kinds as kinds
from benchmarks.robustness import faults

# writes ten files, a letter at a time, and then the eleventh
WORK = '''
import os, pathlib, sys, time
out, careful = pathlib.Path(sys.argv[1]), sys.argv[2] == 'careful'
for number in range(10):
    part, whole = out / f'.{number}.part', out / f'{number}.txt'
    with (part if careful else whole).open('w') as stream:
        for letter in 'abcdefgh':
            stream.write(letter)
            stream.flush()
            time.sleep(0.005)
    if careful:
        part.replace(whole)
'''


def job(tmp_path, kind, work=WORK):
    (tmp_path / 'work.py').write_text(work)
    return jobs.Job(kind, lambda data, out: [sys.executable, str(tmp_path / 'work.py'), str(out), kind],
                    lambda folder: jobs.files(folder, '*.txt'))


def survived(tmp_path, kind, fault, work=WORK, times=6):
    done = job(tmp_path, kind, work)
    reference = faults.Reference(done, tmp_path, tmp_path)
    assert len(reference.done) == 10
    found = [faults.try_once(done, fault, reference, tmp_path, tmp_path, random.Random(seed)) for seed in range(times)]
    return [trial for trial in found if trial['hits']]


@pytest.mark.slow
@pytest.mark.parametrize('fault', ['SIGKILL', 'SIGTERM'])
def test_careful_work_survives(tmp_path, fault):
    found = survived(tmp_path, 'careful', fault)
    assert found and not any(trial['lost'] for trial in found)


@pytest.mark.slow
def test_half_written_files_are_seen(tmp_path):
    lost = [each for trial in survived(tmp_path, 'careless', 'SIGKILL') for each in trial['lost']]
    assert lost and all(each.startswith('after the fault: ') and each.endswith('.txt differs') for each in lost)


@pytest.mark.slow
def test_work_that_does_not_go_on_is_seen(tmp_path):
    work = f'import pathlib, sys\nif any(pathlib.Path(sys.argv[1]).iterdir()): sys.exit("no, thanks")\n{WORK}'
    lost = [each for trial in survived(tmp_path, 'careful', 'SIGKILL', work) for each in trial['lost']]
    assert any('no, thanks' in each for each in lost) and any(each.endswith('is missing') for each in lost)


def test_no_handles_are_left_to_the_process(tmp_path):
    done = job(tmp_path, 'careful')
    command = done.command(tmp_path, tmp_path)
    ended = kinds.run(command, tmp_path, tmp_path / 'log', 'no handles', early=True, moment=0.2)
    assert ended.hit and ended.code == 1 and 'Too many open files' in ended.output


def test_processes_that_stay_behind_are_seen_and_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(kinds, 'LINGER', 0.3)
    (tmp_path / 'work.py').write_text('import subprocess; subprocess.Popen(["sleep", "60"])')
    ended = kinds.run([sys.executable, str(tmp_path / 'work.py')], tmp_path, tmp_path / 'log')
    assert ended.code == 0 and ended.lingered


def test_a_run_that_hangs_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(kinds, 'HANG', 0.3)
    assert kinds.run(['sleep', '60'], tmp_path, tmp_path / 'log').code is None


@pytest.mark.parametrize(('room', 'size'), [(20_000, 100_000), (3_000, 2_000)])
def test_a_full_disk_is_full_for_the_run_alone(tmp_path, room, size):
    if not kinds.can_mount(tmp_path / 'probe'):
        pytest.skip('no right to mount a disk')
    work = "import pathlib, sys\npathlib.Path(sys.argv[1], 'a.txt').write_bytes(bytes(int(sys.argv[2])))"
    (tmp_path / 'work.py').write_text(work)
    with kinds.disk(tmp_path / 'disk', room):
        command = [sys.executable, str(tmp_path / 'work.py'), str(tmp_path / 'disk'), str(size)]
        ended = kinds.run(command, tmp_path / 'disk', tmp_path / 'log')
        assert ended.code == 1 and 'No space left' in ended.output
        kinds.make_room(tmp_path / 'disk')
        assert kinds.run(command, tmp_path / 'disk', tmp_path / 'log').code == 0
        assert kinds.count(tmp_path / 'disk') == 1


def test_trials_that_are_kept_are_not_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(faults, 'JOBS', {'careful': job(tmp_path, 'careful')})
    monkeypatch.setattr(faults, 'prepare', lambda data: None)
    made = []
    monkeypatch.setattr(faults, 'try_once', lambda job, fault, *_: made.append(fault) or dict(
        job=job.name, fault=fault, hits=1, codes=[-9], lost=[], left_over=0))
    for times in (1, 3):
        assert len(list(faults.trials(['careful'], ['SIGKILL', 'SIGTERM'], times, 1, tmp_path))) == 2 * times
    assert len(made) == 6
    assert {json.loads(line)['seed'] for line in (tmp_path / 'trials.jsonl').read_text().splitlines()} == {1}


def test_the_table_counts(capsys):
    trials = [dict(job='a', fault='SIGKILL', hits=hits, lost=lost, left_over=left)
              for hits, lost, left in ((1, [], 2), (2, ['b differs\nmore'], 0), (0, ['never hit'], 9))]
    assert faults.tabulate(trials).splitlines()[2:] == ['| a | SIGKILL | 2 | 1 | b differs | 2 |']

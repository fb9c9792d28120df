"""The tool as a user starts it: stopped, killed, and misspelt."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mmhaze.cli.main import run_tool
from mmhaze.reproduction import run_cell, running
from mmhaze.reproduction.cells import RESULT, read_curve

from ..conftest import ROOT
from ..tiny_set import write_tiny_set
from .calling import command

reproduce = command('reproduce')
EPOCHS = 16
RESULT_KEYS = ('recipe', 'predictions')

pytestmark = pytest.mark.filterwarnings('default')  # the host's own, about what torch and it will change


@pytest.fixture(scope='module')
def tiny(tmp_path_factory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp('tiny') / 'demo', levels=5)


def words(tiny: Path, out: Path, *more: str) -> list[str]:
    return ['table1', '--data', 'demo', '--split', 'random', '--rows', 'ResNet18', '--data-root', str(tiny),
            '--out', str(out), '--cfg-options', f'train_cfg.max_epochs={EPOCHS}', *more]


def folder(out: Path) -> Path:
    only, = (out / 'cells').iterdir()
    return only


def wait_for_epochs(out: Path, epochs: int, alive) -> None:
    deadline = time.monotonic() + 120
    while not ((out / 'cells').is_dir() and len(read_curve(folder(out))) >= epochs):
        assert alive() and time.monotonic() < deadline, 'the training did not come that far'
        time.sleep(0.02)


def result(out: Path) -> dict:
    whole = json.loads((folder(out) / RESULT).read_text())
    return {**{key: whole[key] for key in RESULT_KEYS},
            'curve': [(point['epoch'], point['loss']) for point in whole['curve']]}


@pytest.fixture
def in_process(monkeypatch):
    """Cells run in this process, as starting one takes seconds."""
    class Finished:
        stdin = None

        def __init__(self, code: int) -> None:
            self.wait = self.poll = lambda timeout=None: code

    monkeypatch.setattr(running, 'start', lambda folder, log: Finished(run_cell.attempt(folder)))


@pytest.mark.slow
def test_stopped_then_killed_then_finished_it_is_as_if_never_disturbed(tiny, tmp_path, in_process, capsys):
    undisturbed, out = tmp_path / 'undisturbed', tmp_path / 'out'
    assert reproduce(words(tiny, undisturbed)) == 0

    tool = subprocess.Popen([sys.executable, str(ROOT / 'tools/reproduce.py'), *words(tiny, out)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env=dict(os.environ, OMP_NUM_THREADS='1'))
    wait_for_epochs(out, 3, lambda: tool.poll() is None)
    tool.send_signal(signal.SIGKILL)
    tool.wait()
    lock = folder(out) / '.lock'
    with lock.open() as stream:
        fcntl = pytest.importorskip('fcntl')
        deadline = time.monotonic() + 10
        while True:  # the process of the cell holds the lock until it ends, which it does by itself
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                assert time.monotonic() < deadline, 'the process of the cell outlives the tool'
                time.sleep(0.05)
    before = read_curve(folder(out))
    done = len(before)
    assert 3 <= done < EPOCHS and not (folder(out) / RESULT).exists()
    capsys.readouterr()
    assert reproduce(words(tiny, out, '--list')) == 1
    assert f'begun ({done} epochs are done)' in capsys.readouterr().out

    assert reproduce(words(tiny, out)) == 0
    assert result(out) == result(undisturbed)
    # the first epochs, which had a checkpoint, were not run again
    curve = json.loads((folder(out) / RESULT).read_text())['curve']
    assert [point['seconds'] for point in curve[:done - 1]] == [point['seconds'] for point in before[:done - 1]]


@pytest.mark.slow
def test_asked_to_stop_it_ends_its_child_and_leaves_a_page_and_a_state_to_go_on_from(tiny, tmp_path, capsys):
    out = tmp_path / 'out'
    processes = []
    start = running.start

    def stop() -> None:
        wait_for_epochs(out, 2, lambda: True)  # the first has its checkpoint by then
        os.kill(os.getpid(), signal.SIGTERM)

    def remember(folder: Path, log) -> subprocess.Popen:
        processes.append(start(folder, log))
        return processes[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, 'start', remember)
        patch.setenv('OMP_NUM_THREADS', '1')
        before = signal.getsignal(signal.SIGTERM)
        threading.Thread(target=stop, daemon=True).start()
        assert reproduce(words(tiny, out)) == 130
        assert signal.getsignal(signal.SIGTERM) == before
    child, = processes
    assert child.returncode == -signal.SIGTERM
    said = capsys.readouterr()
    assert 'stopped. The same command goes on from here.' in said.err
    assert '- ResNet18, seed 1 is not finished' in (out / 'table1_demo_random.md').read_text()
    assert list(folder(out).glob('epoch_*.pth')) and not (folder(out) / RESULT).exists()


def test_the_list_says_where_each_cell_stands_and_makes_nothing(tiny, tmp_path, capsys):
    assert reproduce(words(tiny, tmp_path / 'out', '--seeds', '2', '--list')) == 1
    assert capsys.readouterr().out.splitlines() == [
        'ResNet18, demo, split random, seed 1: open', 'ResNet18, demo, split random, seed 2: open']
    assert not (tmp_path / 'out').exists()


def test_the_page_alone_is_written_without_running_anything(tiny, tmp_path, capsys):
    assert reproduce(words(tiny, tmp_path / 'out', '--page')) == 1
    assert [path.name for path in (tmp_path / 'out').iterdir() if path.is_dir()] == []
    assert '- ResNet18, seed 1 is' in (tmp_path / 'out' / 'table1_demo_random.md').read_text()


@pytest.mark.parametrize('change, says', [
    (['--rows', 'ResNet'], "table1 has no row 'ResNet', only: S&RCD; "),
    (['--cfg-options', 'train_cfg=3'], 'resnet18_demo.py: train_cfg is 3, wanted a dict.'),
    (['--cfg-options', 'train_cfg.max_epoch=3'], 'train_cfg has no setting max_epoch. Did you mean max_epochs'),
])
def test_what_is_wrong_on_the_command_line_is_said_in_one_line(tiny, tmp_path, capsys, change, says):
    assert reproduce([*words(tiny, tmp_path), *change]) == 2
    said = capsys.readouterr().err
    assert said.startswith('mmhaze reproduce: ') and says in said and len(said.splitlines()) == 1


@pytest.mark.parametrize('arguments', ['table2', 'table1', 'table1 --data demo --split random --seeds 0',
                                       'table1 --data demo haze-wild --split scene --data-root x'])
def test_a_command_line_that_makes_no_sense_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as refused:
        reproduce(arguments.split())
    assert refused.value.code == 2 and capsys.readouterr().err


def test_without_a_split_all_that_the_data_set_has_are_made(tiny, tmp_path, capsys):
    places = ['--data-root', str(tiny), '--out', str(tmp_path)]
    assert reproduce(['table1', '--data', 'demo', *places, '--rows', 'HBFD', '--list']) == 1  # none has a result yet
    assert capsys.readouterr().out.splitlines() == ['HBFD, demo, split random: open', 'HBFD, demo, split scene: open']


def test_the_page_says_the_command_that_made_it(tiny, tmp_path):
    typed = ['table1', '--data', 'demo', '--data-root', str(tiny), '--out', str(tmp_path), '--rows', 'HBFD', '--page']
    assert reproduce(typed) == 1
    page, = tmp_path.glob('*.md')
    assert f'Made by `mmhaze reproduce {" ".join(typed)}`.' in page.read_text()
    assert run_tool('reproduce', 'reproduce.py', typed) == 1
    assert f'Made by `python tools/reproduce.py {" ".join(typed)}`.' in page.read_text()

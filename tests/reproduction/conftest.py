from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mmhaze.reproduction import run_cell, running
from mmhaze.reproduction.making import PaperTable

from ..conftest import ROOT
from ..tiny_set import write_tiny_set

SHORT = {'train_cfg.max_epochs': 2}


class Finished:
    """What a process looks like from outside that is at its end."""

    stdin = None

    def __init__(self, code: int) -> None:
        self.code = code

    def wait(self, timeout: float | None = None) -> int:
        return self.code

    poll = wait


@pytest.fixture(scope='session')
def tiny(tmp_path_factory) -> Path:
    """Five levels, three photos of each, two of them to train, as the demo's; do not write there."""
    return write_tiny_set(tmp_path_factory.mktemp('tiny') / 'demo', levels=5)


def run_in_process(patch: pytest.MonkeyPatch) -> list[str]:
    """Runs cells in this process, as starting one takes seconds; the folders of those that were started."""
    folders: list[str] = []

    def start(folder: Path, log: object) -> Finished:
        folders.append(folder.name)
        return Finished(run_cell.attempt(folder))

    patch.setattr(running, 'start', start)
    return folders


def plan(root: Path, out: Path, *names: str, name: str = 'table1', data: str = 'demo', split: str = 'random',
         seeds: int = 1, options: dict | None = None) -> PaperTable:
    """Plans Table 1 on a tiny set: HBFD and ResNet18, two epochs of it."""
    return PaperTable(name, [data], [split], seeds, out=out, configs=ROOT / 'configs', data_root=root,
                      command='make it', names=[*names] or ['HBFD', 'ResNet18'], options={**SHORT, **(options or {})})


@pytest.fixture
def started(monkeypatch) -> list[str]:
    return run_in_process(monkeypatch)


@pytest.fixture
def make(tiny, tmp_path) -> Callable[..., PaperTable]:
    """As :func:`plan`, on the set ``tiny`` in a folder of the test, unless it says otherwise."""
    def plan_here(*names: str, root: Path = tiny, out: Path = tmp_path / 'out', **settings) -> PaperTable:
        return plan(root, out, *names, **settings)
    return plan_here

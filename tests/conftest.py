"""What several tests share: pictures made here, and the real ones where they are at hand."""
from __future__ import annotations

import gc
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.runner import Runner

import mmhaze
from mmhaze.runtime.checkpoints import CHECKS_CONTENT

# the networks here are tiny: a second thread costs more than it brings
torch.set_num_threads(1)
mmhaze.register_all_modules()  # for tests that build parts by name

ROOT = Path(__file__).resolve().parents[1]
checks_content = pytest.mark.skipif(not CHECKS_CONTENT, reason='torch < 2.6 cannot be told what is safe')


@pytest.fixture(scope='session')
def shared_data() -> Path:
    """The folder of real pictures, beside the project or where MMHAZE_SHARED_DATA says; skips without it."""
    folder = Path(os.environ.get('MMHAZE_SHARED_DATA', ROOT.parent / 'shared' / 'data'))
    if not folder.is_dir():
        pytest.skip(f'the real pictures are not at {folder}')
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def pytest_collection_finish() -> None:
    """Hides what all tests share from the garbage collector.

    mmengine collects garbage for each data set it reads, and one collection visits a million objects: 0.2 s and more.
    """
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


@pytest.fixture(autouse=True, scope='session')
def each_run_has_a_name_of_its_own() -> Iterator[None]:
    """mmengine names a run by its second; two runs of one second would share their log and their counters."""
    numbers, set_up = itertools.count(), Runner.setup_env

    def set_up_and_number(runner: Runner, env_cfg: dict) -> None:
        set_up(runner, env_cfg)
        runner._timestamp = f'{runner._timestamp}_{next(numbers)}'

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runner, 'setup_env', set_up_and_number)
        yield

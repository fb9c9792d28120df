"""What several tests share: pictures made here, and the real ones where they are at hand."""
from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

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

"""The contract in pyproject.toml on who may import whom: kept by the package, broken where an arrow is turned."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT

pytest.importorskip('importlinter')


def lint(folder: Path) -> subprocess.CompletedProcess:
    """What import-linter says of the package in a folder."""
    command = 'from importlinter.cli import lint_imports_command; lint_imports_command(["--no-cache"])'
    return subprocess.run([sys.executable, '-c', command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope='module')
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, to be changed."""
    folder = tmp_path_factory.mktemp('tree')
    shutil.copytree(ROOT / 'mmhaze', folder / 'mmhaze', ignore=shutil.ignore_patterns('.mim', '__pycache__'))
    shutil.copy2(ROOT / 'pyproject.toml', folder)
    return folder


def test_the_package_keeps_its_contract(copy):
    linted = lint(copy)
    assert linted.returncode == 0, linted.stdout
    assert '3 kept, 0 broken' in linted.stdout


@pytest.mark.parametrize(('module', 'added', 'said'), [
    ('physics/scattering', 'from ..jobs import runner', 'mmhaze.physics is not allowed to import mmhaze.jobs'),
    ('io/photo', 'if False:\n    from ..ucm import segment_haze', 'mmhaze.io is not allowed to import mmhaze.ucm'),
    ('models/pooling', 'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..apis import inferencer',
     'mmhaze.models is not allowed to import mmhaze.apis'),
    ('metrics/ordinal', 'def late():\n    from .. import HazeInferencer', 'mmhaze.metrics is not allowed to import'),
    ('datasets/leaks', 'from ..models import pooling', 'mmhaze.datasets is not allowed to import mmhaze.models'),
    ('synthesis/fog', 'import mmengine.config', 'mmhaze.synthesis is not allowed to import mmengine'),
    ('runtime/machine', 'import tools.train', 'mmhaze is not allowed to import tools'),
])
def test_an_arrow_that_is_turned_breaks_it(copy, module, added, said):
    path = copy / 'mmhaze' / f'{module}.py'
    text = path.read_text(encoding='utf-8')
    path.write_text(f'{text}\n{added}\n', encoding='utf-8')
    try:
        linted = lint(copy)
    finally:
        path.write_text(text, encoding='utf-8')
    assert linted.returncode == 1
    assert said in ' '.join(linted.stdout.split())

"""Each workaround of compat.py is still needed: these fail, and it can go, once the hosts no longer want it.

mmhaze is not imported in the processes below: they show the hosts as they come.
"""
from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mmengine.utils import digit_version

from mmhaze.compat import TAKEN_FROM_TRANSFORMERS
from mmhaze.runtime.checkpoints import CHECKS_CONTENT

from .conftest import ROOT


def run_without_mmhaze(code: str, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, '-c', code, *map(str, arguments)], capture_output=True, text=True)


def source_of(module: str) -> Path:
    """A file of a package, found without importing more than the package above all."""
    top, *rest = module.split('.')
    spec = importlib.util.find_spec(top)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent.joinpath(*rest).with_suffix('.py')


def names_from(tree: ast.AST, module: str) -> set[str]:
    return {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == module
            for alias in node.names}


def test_mmpretrain_still_takes_from_transformers_what_new_ones_no_longer_have():
    tree = ast.parse(source_of('mmpretrain.models.multimodal.blip.language_model').read_text(encoding='utf-8'))
    assert names_from(tree, 'transformers.modeling_utils') >= set(TAKEN_FROM_TRANSFORMERS)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec('mmcv._ext') is not None, reason='this mmcv has its operators')
def test_mmpretrain_still_warns_of_an_operator_that_mmcv_lite_lacks():
    said = run_without_mmhaze('import mmpretrain.models')
    assert not said.returncode and 'Fail to import ``MultiScaleDeformableAttention``' in said.stderr, said.stderr


SAVE_AND_LOAD = '''
import sys
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner.checkpoint import CheckpointLoader

torch.save(dict(state_dict={}, message_hub=HistoryBuffer([1.0], [1])), sys.argv[1])
CheckpointLoader.load_checkpoint(sys.argv[1], 'cpu')
'''


@pytest.mark.slow
@pytest.mark.skipif(not CHECKS_CONTENT, reason='torch < 2.6 reads all')
def test_the_host_still_cannot_read_its_own_training_checkpoints(tmp_path):
    said = run_without_mmhaze(SAVE_AND_LOAD, tmp_path / 'epoch_1.pth')
    assert said.returncode and 'HistoryBuffer' in said.stderr, said.stderr


LOAD_FROM_AN_ADDRESS = '''
import sys
import torch
import mmengine.runner.checkpoint as checkpoint

class Foreign:
    def __reduce__(self):
        return print, ('it ran',)

torch.save(Foreign(), sys.argv[1] + '/foreign.pth')
checkpoint.load_from_http('http://127.0.0.1:9/foreign.pth', 'cpu', sys.argv[1])  # it is there: nothing is fetched
'''


@pytest.mark.slow
@pytest.mark.skipif(not CHECKS_CONTENT, reason='torch < 2.6 cannot be told what is safe')
def test_the_host_still_runs_what_a_checkpoint_from_an_address_carries(tmp_path):
    said = run_without_mmhaze(LOAD_FROM_AN_ADDRESS, tmp_path)
    assert 'it ran' in said.stdout, said.stderr


def test_mmengine_still_wants_the_pkg_resources_that_setuptools_82_dropped():
    assert any('import pkg_resources' in line or 'from pkg_resources' in line
               for line in source_of('mmengine.utils.package_utils').read_text(encoding='utf-8').splitlines())


def test_mmpretrain_still_asks_for_no_torch_of_its_own():
    """So mmhaze asks for torch, torchvision, mmengine and mmcv in its stead."""
    asked = importlib.metadata.requires('mmpretrain') or []
    assert not [each for each in asked if each.startswith('torch') and 'extra' not in each]


@pytest.mark.slow
def test_a_host_of_a_wrong_version_still_gets_no_advice_from_mmpretrain():
    said = run_without_mmhaze('import mmcv; mmcv.__version__ = "3.0.0"; import mmpretrain')
    assert said.returncode and 'pip install' not in said.stderr.splitlines()[-1], said.stderr


def test_setup_still_takes_a_torch_that_was_built_for_numpy_1():
    oldest = re.search(r"'torch>=([0-9.]+)'", (ROOT / 'setup.py').read_text(encoding='utf-8'))
    assert oldest and digit_version(oldest[1]) < digit_version('2.3')

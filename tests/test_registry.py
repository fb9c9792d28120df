from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

BUILD = 'print(type({registry}.build(dict(type={name!r}))).__module__)'


@pytest.mark.slow
@pytest.mark.parametrize('home', ['mmengine.registry', 'mmcv.transforms', 'mmpretrain.registry'])
def test_the_full_name_builds_in_a_fresh_process_with_nothing_imported(home):
    code = f'from {home} import TRANSFORMS\n' + BUILD.format(registry='TRANSFORMS', name='mmhaze.UCM')
    assert run(code) == 'mmhaze.transforms.ucm'


@pytest.mark.slow
def test_plain_names_build_from_the_hosts_once_mmhaze_is_imported():
    code = '\n'.join([
        'import mmhaze', 'from mmengine.registry import TRANSFORMS as root',
        'from mmcv.transforms import TRANSFORMS as mmcv',
        'from mmpretrain.registry import TRANSFORMS, MODELS, DATASETS, METRICS',
        *(BUILD.format(registry=registry, name='UCM') for registry in ('root', 'mmcv', 'TRANSFORMS')),
        BUILD.format(registry='MODELS', name='FeatureEnhancement'),
        BUILD.format(registry='MODELS', name='mmhaze.LeNet5RGB'),
        BUILD.format(registry='METRICS', name='OrdinalMetric'), "assert DATASETS.get('HazelLevel')"])
    assert run(code).split() == ['mmhaze.transforms.ucm'] * 3 + [
        'mmhaze.models.necks.feature_enhancement', 'mmhaze.models.backbones.lenet5', 'mmhaze.metrics.ordinal']


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec('mmdet') is not None, reason='mmpretrain imports mmdet, which draws')
def test_registering_brings_nothing_that_draws():
    code = ("import mmhaze.register, sys\nprint('matplotlib' in sys.modules, mmhaze.HazeInferencer.__module__, "
            "hasattr(mmhaze, 'HazeInferencers'))")
    assert run(code).split() == ['False', 'mmhaze.apis.inferencer', 'False']


@pytest.mark.slow
@pytest.mark.parametrize('module', ['mmhaze.register', 'mmhaze.transforms', 'mmhaze.models.trained'])
def test_whatever_is_imported_first_a_host_that_does_not_fit_is_refused_in_one_line(module):
    code = (f'import mmcv\nmmcv.__version__ = "3.0.0"\ntry:\n    import {module}\n'
            'except ImportError as error:\n    print(error)')
    assert run(code).startswith('mmhaze works with mmcv 2.0.0 or newer, below 2.4.0, got 3.0.0: pip install')


def run(code: str) -> str:
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()

"""What a wheel has in it for MIM and for those who have no checkout."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .conftest import ROOT


@pytest.fixture(scope='module')
def package(tmp_path_factory) -> Path:
    """mmhaze as it is in a wheel."""
    out = tmp_path_factory.mktemp('wheel')
    subprocess.run([sys.executable, 'setup.py', '-q', 'build_py', '--build-lib', str(out)], cwd=ROOT, check=True,
                   capture_output=True)
    return out / 'mmhaze'


def below(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob('*')
            if path.is_file() and '__pycache__' not in path.parts}


@pytest.mark.slow
@pytest.mark.parametrize('name', ['configs', 'tools'])
def test_configs_and_tools_are_within(package, name):
    shipped = package / '.mim' / name
    assert below(shipped) == below(ROOT / name) and len(below(shipped)) > 10
    assert all((shipped / path).read_bytes() == (ROOT / name / path).read_bytes() for path in below(shipped))
    assert not shipped.is_symlink()


def test_the_index_finds_its_metafiles_there(package):
    index = yaml.safe_load((package / '.mim' / 'model-index.yml').read_text())
    models = [model for path in index['Import']
              for model in yaml.safe_load((package / '.mim' / path).read_text())['Models']]
    assert models and all((package / '.mim' / model['Config']).is_file() for model in models)


@pytest.mark.slow
def test_an_installed_package_takes_its_own_configs_and_tells_the_host(package, tmp_path):
    said = subprocess.run(
        [sys.executable, '-c', 'import mmhaze, mmpretrain; from mmhaze.runtime.shipped import find_config; '
         'print(mmhaze.__file__); print(find_config("gunet-t_roads")); print(mmpretrain.list_models("gunet-t_roads"))'],
        cwd=tmp_path, env={'PYTHONPATH': str(package.parent), 'PATH': ''}, capture_output=True, text=True, check=True)
    lines = said.stdout.splitlines()
    assert lines[-3] == str(package / '__init__.py')
    assert lines[-2] == str(package / '.mim/configs/dehazing/gunet/gunet-t_roads.py')
    assert lines[-1] == "['gunet-t_roads']"


def test_the_weights_of_the_haze_map_are_within(package):
    from mmhaze.haze_map import weight_files
    for name in (weight_files.ONNX, weight_files.SAFETENSORS):
        assert weight_files.read_weights(name, package / 'haze_map') == weight_files.read_weights(name)

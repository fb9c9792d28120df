"""Code that was written when ``import mmhaze`` registered: it works in whichever order the hosts are imported."""
from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from mmcv.transforms import Compose

from mmhaze import late_hosts
from mmhaze.runtime.shipped import find_config
from mmhaze.transforms import UCM
from mmhaze.ucm import segment_haze

from .conftest import ROOT, checks_content
from .test_registry import run

OLD_CONFIG = '''
import sys, threading
from mmengine.config import Config
Config.fromstring("custom_imports = dict(imports=['mmhaze'])", '.py')
assert 'mmhaze' in sys.modules and 'mmpretrain' not in sys.modules
from mmpretrain.registry import MODELS
found = []
threads = [threading.Thread(target=lambda: found.append(MODELS.get('LeNet5RGB'))) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(*(kind.__name__ for kind in found))
import mmpretrain
print(mmpretrain.list_models('gunet-t_roads'))
'''


@pytest.mark.slow
def test_a_config_that_names_mmhaze_alone_finds_the_parts_from_several_threads():
    assert run(OLD_CONFIG).splitlines()[-2:] == ['LeNet5RGB ' * 3 + 'LeNet5RGB', "['gunet-t_roads']"]


@pytest.mark.slow
def test_mmpretrain_imported_after_mmhaze_has_its_models():
    code = ("import sys, mmhaze\nassert 'mmengine' not in sys.modules\nimport mmpretrain\n"
            "print(mmpretrain.list_models('gunet-t_roads'), mmpretrain.get_model('lenet5_hazel-level').backbone)")
    assert run(code).splitlines()[0].startswith("['gunet-t_roads'] LeNet5RGB(")


@pytest.mark.slow
def test_what_is_unpickled_in_a_fresh_process_as_in_a_spawned_worker_works_and_finds_plain_names(tmp_path):
    file = tmp_path / 'pipeline.pkl'
    file.write_bytes(pickle.dumps(Compose([UCM(maps=[])])))
    code = (f'import pickle\npipeline = pickle.load(open({str(file)!r}, "rb"))\nimport numpy as np\n'
            'photo = np.full((64, 64, 3), 200, np.uint8)\nprint(pipeline(dict(img=photo))["haze_ratio"])\n'
            'from mmpretrain.registry import DATASETS\nprint(DATASETS.get("HazelLevel").__name__)')
    assert run(code).splitlines()[-2:] == [str(segment_haze(np.full((64, 64, 3), 200, np.uint8)).ratio), 'HazelLevel']


@pytest.mark.slow
@checks_content
def test_a_training_checkpoint_is_read_where_mmhaze_came_first_and_nothing_of_it_is_used(tmp_path):
    code = ('import mmhaze, torch\nfrom mmengine.logging import HistoryBuffer\n'
            'from mmengine.runner.checkpoint import CheckpointLoader, load_url\n'
            f'path = {str(tmp_path / "epoch_1.pth")!r}\n'
            'torch.save(dict(state_dict={}, message_hub=HistoryBuffer([1.0], [1])), path)\n'
            "print(type(CheckpointLoader.load_checkpoint(path, 'cpu')['message_hub']).__name__, load_url.keywords)")
    assert run(code).splitlines()[-1] == "HistoryBuffer {'weights_only': True}"


# one change to a host, and how it comes about

class Registry:
    """Finds what is in ``parts``, as mmengine's does."""

    def __init__(self, **parts: type) -> None:
        self.parts, self.asked = parts, []

    def get(self, key: str) -> type | None:
        self.asked.append(key)
        return self.parts.get(key)


@pytest.fixture
def registered(monkeypatch) -> list[str]:
    """The modules that a look-up imports."""
    imported: list[str] = []
    monkeypatch.setattr(late_hosts, 'import_module', imported.append)
    return imported


@pytest.mark.parametrize('key, asked', [('Known', 1), ('mmhaze.UCM', 1), ('torch.nn.ReLU', 1), ('UCM', 2)])
def test_a_registry_looks_twice_for_a_plain_name_that_it_lacks(key, asked, registered):
    kind = type('Copy', (Registry,), dict(get=Registry.get))
    late_hosts.look_twice(SimpleNamespace(Registry=kind))  # type: ignore[arg-type]
    registry = kind(Known=int)
    assert registry.get(key) is (int if key == 'Known' else None)
    assert registry.asked == [key] * asked and registered == ['mmhaze.register'] * (asked - 1)


@pytest.fixture
def host(tmp_path, monkeypatch) -> Iterator[list[str]]:
    """A module ``a_host`` that is to be changed, and is not yet imported; the changes that were made to it."""
    (tmp_path / 'a_host.py').write_text('value = 1')
    monkeypatch.syspath_prepend(tmp_path)
    others = [finder for finder in sys.meta_path if not isinstance(finder, late_hosts.HostFinder)]
    monkeypatch.setattr(sys, 'meta_path', others)
    changed: list[str] = []

    def change(module: ModuleType) -> None:
        changed.append(f'{module.__name__} {module.value}')

    monkeypatch.setattr(late_hosts, 'CHANGES', dict(a_host=change))
    yield changed
    sys.modules.pop('a_host', None)


def test_a_host_is_changed_once_it_has_run(host):
    late_hosts.watch_hosts()
    assert not host
    import_module('a_host')
    assert host == ['a_host 1']


def test_a_host_that_is_there_is_changed_at_once(host):
    import_module('a_host')
    late_hosts.watch_hosts()
    assert host == ['a_host 1']


def test_a_host_that_is_not_installed_is_missed_as_ever(host, monkeypatch):
    monkeypatch.setitem(late_hosts.CHANGES, 'no_such_host', pytest.fail)
    late_hosts.watch_hosts()
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_host'"):
        import_module('no_such_host')


# configs of mmhaze, by their names in the package

NAMED = '''
from pathlib import Path
Path('mine.py').write_text("_base_ = 'mmhaze::baselines/resnet18_demo.py'\\nmodel = dict(head=dict(num_classes=3))\\n")
'''
CHECKED = '''
config = Config.fromfile('mine.py')
assert config.model.type == 'ImageClassifier' and config.model.head.num_classes == 3, config
assert '_scope_' not in str(config), config
assert get_config('mmhaze::baselines/resnet18_demo.py').model.head.num_classes == 5
print('found')
'''


@pytest.mark.slow
@pytest.mark.parametrize('imports', [
    'import mmhaze\nfrom mmengine import Config\nfrom mmengine.hub import get_config',
    'from mmengine import Config\nimport mmengine.hub\nimport mmhaze\nfrom mmengine.hub import get_config'])
@pytest.mark.parametrize('place', ['checkout', 'wheel'])
def test_a_config_of_the_package_is_found_by_its_name_from_any_folder(imports, place, tmp_path):
    """As a wheel has it, and as a checkout that nothing was installed from."""
    if place == 'wheel':
        subprocess.run([sys.executable, 'setup.py', '-q', 'build_py', '--build-lib', str(tmp_path / 'home')], cwd=ROOT,
                       check=True, capture_output=True)
    else:
        for name in ('mmhaze', 'configs'):
            shutil.copytree(ROOT / name, tmp_path / 'home' / name, ignore=shutil.ignore_patterns('.mim', '__pycache__'))
        shutil.copy(ROOT / 'model-index.yml', tmp_path / 'home')
    code = f'{NAMED}{imports}\n{CHECKED}import mmhaze\nprint(mmhaze.__file__)'
    said = subprocess.run([sys.executable, '-c', code], cwd=tmp_path, capture_output=True, text=True, timeout=120,
                          env=dict(os.environ, PYTHONPATH=str(tmp_path / 'home')))
    assert said.stdout.splitlines()[-2:] == ['found', str(tmp_path / 'home/mmhaze/__init__.py')], said.stderr


@pytest.mark.parametrize('name', ['mmhaze::baselines/resnet18_demo.py', 'mmhaze::baselines/resnet18_demo',
                                  'mmhaze::resnet18_demo', 'resnet18_demo', 'resnet18_demo.py'])
def test_all_spellings_of_a_shipped_config_are_one_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_config(name).is_file() and find_config(name).parts[-2:] == ('baselines', 'resnet18_demo.py')


@pytest.mark.parametrize(('name', 'says'), [
    ('mmhaze::baselines/nothing.py', 'There is no config mmhaze::baselines/nothing.py: wanted'),
    ('mmhaze::../model-index.yml', 'There is no config'), ('resnet18_dmo', 'such as resnet18_demo'),
    ('.', r'^\. is a folder: wanted a file')])
def test_a_config_that_is_not_there_is_named_with_one_that_is_near(name, says):
    with pytest.raises(FileNotFoundError, match=says):
        find_config(name)

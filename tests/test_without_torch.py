"""The network in the box in an environment that has neither torch nor a host, from the shell and from Python."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

import mmhaze
from mmhaze.synthesis.scenes import render_scene

# what stands first on the path of a fresh Python: as if these packages were not installed
BLOCK = '''
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmpretrain'):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)

sys.meta_path.insert(0, Missing())
'''


# what the answer for a photo can do without, and what is slow to import
SLOW = {'matplotlib', 'scipy', 'sklearn', 'skimage', 'pandas', 'transformers', 'safetensors', 'av', 'gradio'}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / 'street.png'), render_scene(3, (120, 160))[0])
    return tmp_path / 'street.png'


def run(code: str, *before: str) -> subprocess.CompletedProcess:
    return subprocess.run([*before, sys.executable, '-c', BLOCK + code], capture_output=True, text=True, check=False)


def test_the_shell_tells_the_level(photo):
    ended = run(f"from mmhaze.cli.main import main\nsys.exit(main(['haze', {str(photo)!r}]))")
    found = mmhaze.estimate_haze(photo)
    assert ended.returncode == 0, ended.stderr
    _, row = ended.stdout.splitlines()
    assert row.startswith(f'{found.level} {found.name}') and row.endswith(photo.name)
    assert f'{found.haze:.2f} ± {found.spread:.2f}' in row


def test_the_shell_answers_where_there_is_no_network_to_reach(photo):
    alone = ('unshare', '--map-root-user', '--net')
    if not shutil.which('unshare') or subprocess.run([*alone, 'true'], capture_output=True, check=False).returncode:
        pytest.skip('nobody may leave the network here')
    ended = run(f"from mmhaze.cli.main import main\nsys.exit(main(['haze', {str(photo)!r}]))", *alone)
    assert ended.returncode == 0 and ended.stdout.endswith(f'{photo.name}\n'), ended.stderr


def test_the_shell_brings_nothing_that_is_slow_to_import(photo):
    code = (f"from mmhaze.cli.main import main\nassert main(['haze', {str(photo)!r}]) == 0\n"
            f"print(sorted({SLOW} & sys.modules.keys()))")
    assert run(code).stdout.splitlines()[-1] == '[]'


def test_the_shell_writes_tables_and_overlays(photo, tmp_path):
    ended = run(f"from mmhaze.cli.main import main\n"
                f"sys.exit(main(['haze', {str(photo)!r}, '--out', {str(tmp_path / 'out')!r}, '--overlays']))")
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / 'out' / 'haze.csv').is_file() and (tmp_path / 'out' / 'overlays' / 'street.png.jpg').is_file()


def test_python_answers_and_a_gpu_says_what_it_wants(photo):
    ended = run(f"import mmhaze\nprint(mmhaze.estimate_haze({str(photo)!r}).level)\n"
                f"print(mmhaze.HazeInferencer()({str(photo)!r})[0].map.level)\n"
                f"mmhaze.estimate_haze({str(photo)!r}, device='cuda')")
    level = str(mmhaze.estimate_haze(photo).level)
    assert ended.stdout.split() == [level, level]
    assert "ImportError: device='cuda' wants torch" in ended.stderr

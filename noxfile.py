"""Tests mmhaze beside the oldest and the newest of what it needs: a wheel, in a fresh environment for each.

    pip install nox
    nox                       # all of them but full_mmcv
    nox -s oldest             # one; what follows -- goes to pytest, and then its row is not kept
    nox -s full_mmcv          # builds mmcv's operators, which takes half an hour and more

An environment takes up to 6 GB, most of it torch's. The tests run in a copy of the checkout whose mmhaze is no package,
so that it is the wheel that is tested. Then a network is trained, goes on, is tested and asked. What came of
it goes to docs/results/versions.json, and into the table of docs/versions.md.
"""
from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import nox

ROOT = Path(__file__).parent
LIMITS = Path('tests', 'versions')  # NAME.txt for those that are not simply the newest
PYTHONS = dict(oldest='3.9', middle='3.11', newest_310='3.10', newest_312='3.12', newest_313='3.13', full_mmcv='3.10')
OF_THE_SOURCE = ('tests/test_wheel.py', 'tests/test_documentation.py', 'tests/toolboxes')
CONFIG = 'configs/baselines/resnet18_demo.py'

nox.options.sessions = [name for name in PYTHONS if name != 'full_mmcv']


def test_with(name: str) -> Callable[[nox.Session], None]:
    def run(session: nox.Session) -> None:
        copy = copy_checkout(Path(session.create_tmp()).resolve() / 'copy')
        install(session, name, copy)
        session.chdir(copy)
        Path('mmhaze', '__init__.py').unlink()  # what is left is no package, and the wheel's goes before it
        # what old packages warn of is theirs, and was mended in newer ones
        old = ['-W', 'default'] if (LIMITS / f'{name}.txt').exists() else []
        session.run('python', '-m', 'pytest', '-q', '--junitxml=tests.xml', *old,
                    *(f'--ignore={path}' for path in OF_THE_SOURCE), *session.posargs, success_codes=[0, 1])
        if name == 'full_mmcv':
            session.run('python', '-m', 'pytest', '-q', 'tests/toolboxes')
        train_and_ask(session)
        if not session.posargs:
            session.run('python', '-m', 'docs.scripts.versions', '--add', name, 'tests.xml', '--docs',
                        str(ROOT / 'docs'))
    return run


def copy_checkout(copy: Path) -> Path:
    """What git knows of, as it is now."""
    shutil.rmtree(copy, ignore_errors=True)
    for name in subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, check=True, capture_output=True,
                               text=True).stdout.split('\0'):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


def install(session: nox.Session, name: str, copy: Path) -> None:
    """The wheel of the copy, and what it needs."""
    limits = ['-c', str(copy / LIMITS / f'{name}.txt')] if (copy / LIMITS / f'{name}.txt').exists() else []
    session.install('-U', 'pip', 'wheel')
    extras = 'lite,tests'
    if name == 'full_mmcv':
        session.install('torch', 'torchvision', 'setuptools', 'numpy<2', 'mmengine', 'ninja', 'psutil', *limits)
        session.install('--no-build-isolation', 'mmcv', *limits, env=dict(MMCV_WITH_OPS='1'))
        session.install('--no-deps', *hosts_of(copy / 'tests' / 'toolboxes' / 'requirements.txt'))
        extras = 'tests'
    wheels = copy.parent / 'wheels'
    shutil.rmtree(wheels, ignore_errors=True)
    session.run('python', '-m', 'pip', 'wheel', '-q', '--no-deps', '-w', str(wheels), str(copy),
                env=dict(MMHAZE_MMCV='none'))
    wheel, = wheels.glob('mmhaze-*.whl')
    session.install(f'{wheel}[{extras}]', *limits)
    session.install('--force-reinstall', '--no-deps', str(wheel))  # nox -r has an older one of the same version
    session.run('python', '-m', 'pip', 'check', success_codes=[0, 1])


def hosts_of(requirements: Path) -> list[str]:
    """All but the lighter mmcv, which would come beside the full one."""
    lines = (line.split('#')[0].strip() for line in requirements.read_text().splitlines())
    return [line for line in lines if line and not line.startswith('mmcv-lite')]


def train_and_ask(session: nox.Session) -> None:
    """Two epochs with a stop between them, a test, and what the network says of photos."""
    def train(epochs: int, *words: str) -> None:
        session.run('python', 'tools/train.py', CONFIG, '--work-dir', 'trained', *words, '--cfg-options',
                    f'train_cfg.max_epochs={epochs}', f'param_scheduler.T_max={epochs}')

    session.run('python', 'tools/demo.py', '--scenes', '8', '--epochs', '1')
    train(1)
    train(2, '--resume')
    session.run('python', 'tools/test.py', CONFIG, 'trained/epoch_2.pth')
    session.run('python', 'tools/predict.py', 'data/demo/level_2', '--out', 'levels', '--model', 'resnet18_demo',
                '--checkpoint', 'trained/epoch_2.pth')


for each, python in PYTHONS.items():
    nox.session(test_with(each), name=each, python=python)

"""The commands that train and test, as a user starts them: killed, cut short, misled and misspelt."""
from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmhaze.runtime import training
from mmhaze.runtime.checkpoints import CHECKS_CONTENT, newest_checkpoint
from mmhaze.runtime.shipped import find_config

from ..conftest import ROOT, checks_content
from ..runtime.test_checkpoints import Code
from ..tiny_set import write_tiny_set
from .calling import command

pytestmark = pytest.mark.filterwarnings('default')  # the host's own, about what torch and it will change

CONFIG = '''
default_scope = 'mmpretrain'
custom_imports = dict(imports=['mmhaze.register'])
model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(mean=[127.5] * 3, std=[64.0] * 3, to_rgb=True),
    backbone=dict(type='LeNet5RGB'),
    head=dict(type='LinearClsHead', num_classes=4, in_channels=120))
train_dataloader = dict(
    batch_size=8, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
    collate_fn=dict(type='default_collate'),
    dataset=dict(
        type='HazeLevelDataset', data_root={data_root!r}, split='random', part='train', cache_mb=8,
        prepare=[dict(type='LoadPhoto'), dict(type='Resize', scale=32)], pipeline=[dict(type='PackInputs')]))
val_dataloader = dict(
    batch_size=8, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='default_collate'), dataset=dict({{**train_dataloader['dataset'], 'part': 'test'}}))
test_dataloader = val_dataloader
val_evaluator = dict(type='Accuracy')
test_evaluator = val_evaluator
optim_wrapper = dict(optimizer=dict(type='Adam', lr=2e-3))
train_cfg = dict(by_epoch=True, max_epochs=3, val_interval=100)
val_cfg = dict()
test_cfg = dict()
default_hooks = dict(checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=3),
                     logger=dict(type='LoggerHook', interval=2))
'''


def tool(name: str, *arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / 'tools' / name), *map(str, arguments)]


def run(*words: object, **environment: str) -> subprocess.CompletedProcess:
    """Runs a command to its end, and gives what it says."""
    return subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=300,
                          env=dict(os.environ, OMP_NUM_THREADS='1', **environment))


def call(name: str, *arguments: object) -> int:
    """Runs a command in this process: a start costs seconds, and what is refused gets no further than its arguments."""
    return command(name)([*map(str, arguments)])


@pytest.fixture(autouse=True)
def environment_of_one_run(monkeypatch) -> None:
    """A run tells the host by the environment which process of a machine it is."""
    monkeypatch.setenv('LOCAL_RANK', '0')


def log(work_dir: Path) -> str:
    return '\n'.join(path.read_text() for path in sorted(work_dir.glob('*/*.log')))


@pytest.fixture(scope='module')
def config(tmp_path_factory) -> Path:
    """A config that trains in a second: four levels, 40 photos, the smallest network."""
    folder = tmp_path_factory.mktemp('tools')
    path = folder / 'tiny.py'
    path.write_text(CONFIG.format(data_root=str(write_tiny_set(folder / 'data', levels=4, rounds=10))))
    return path


@pytest.fixture(scope='module')
def finished(config, tmp_path_factory) -> Path:
    """The folder of a run of three epochs that nobody disturbed; do not write there."""
    work_dir = tmp_path_factory.mktemp('finished')
    done = run(*tool('train.py', config, '--work-dir', work_dir))
    assert done.returncode == 0, done.stderr
    return work_dir


@pytest.fixture
def hostile(finished, tmp_path) -> tuple[Path, Path]:
    """A training checkpoint with code added, and the file that the code would make."""
    path, flag = tmp_path / 'gift.pth', tmp_path / 'flag'
    torch.save(dict(torch.load(finished / 'epoch_3.pth', weights_only=True), gift=Code(flag)), path)
    return path, flag


@pytest.mark.slow
def test_a_run_leaves_checkpoints_a_log_and_the_whole_config(finished):
    assert {'epoch_1.pth', 'epoch_2.pth', 'epoch_3.pth', 'tiny.py'} <= {path.name for path in finished.iterdir()}
    assert 'Epoch(train) [3]' in log(finished)


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason='an accelerator mixes with float16')
def test_mixed_precision_trains_on_a_processor_and_goes_on(config, tmp_path):
    for more in ([], ['--resume', '--cfg-options', 'train_cfg.max_epochs=4']):
        assert call('train', config, '--work-dir', tmp_path, '--amp', *more) == 0
    assert "type='Bfloat16OptimWrapper'" in (tmp_path / 'tiny.py').read_text()
    assert 'resumed epoch: 3, iter: 12' in log(tmp_path) and (tmp_path / 'epoch_4.pth').is_file()


# a run that was stopped

@pytest.fixture(scope='module')
def resumed(config, tmp_path_factory) -> tuple[int, Path, subprocess.CompletedProcess]:
    """A run that was killed, with the file that the kill cut short, and then goes on for two epochs.

    Returns: the epoch it must go on from, its folder, and what the second start said.
    """
    work_dir = tmp_path_factory.mktemp('killed')
    training = subprocess.Popen(
        tool('train.py', config, '--work-dir', work_dir, '--cfg-options', 'train_cfg.max_epochs=100000'),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, OMP_NUM_THREADS='1'))
    deadline = time.monotonic() + 120
    while not any(zipfile.is_zipfile(path) for path in work_dir.glob('*.pth')):
        assert training.poll() is None and time.monotonic() < deadline, 'no checkpoint appeared'
        time.sleep(0.02)
    training.send_signal(signal.SIGKILL)
    assert training.wait() == -signal.SIGKILL
    newest = newest_checkpoint(work_dir)
    epoch = torch.load(newest, weights_only=CHECKS_CONTENT)['meta']['epoch']
    data = newest.read_bytes()
    (work_dir / 'epoch_99999.pth').write_bytes(data[:len(data) // 2])
    # the file that the host reads for its own way of resuming names the one that is cut short
    (work_dir / 'last_checkpoint').write_text(str(work_dir / 'epoch_99999.pth'))
    return epoch, work_dir, run(*tool('train.py', config, '--work-dir', work_dir, '--resume', '--cfg-options',
                                         f'train_cfg.max_epochs={epoch + 2}'))


@pytest.mark.slow
def test_a_killed_run_goes_on_from_its_newest_checkpoint_to_the_end(resumed):
    epoch, work_dir, done = resumed
    assert done.returncode == 0, done.stderr
    assert f'resumed epoch: {epoch}, iter: {epoch * 4}' in log(work_dir)
    last = torch.load(work_dir / f'epoch_{epoch + 2}.pth', weights_only=CHECKS_CONTENT)
    # 40 photos, three of ten rounds to test, eight at a time: four steps an epoch
    assert (last['meta']['epoch'], last['meta']['iter']) == (epoch + 2, (epoch + 2) * 4)


@pytest.mark.slow
def test_a_run_that_goes_on_ends_as_one_that_was_never_stopped(config, tmp_path):
    mirrored = config.with_name('mirrored.py')
    mirrored.write_text("_base_ = './tiny.py'\nrandomness = dict(seed=3)\ntrain_dataloader = dict(dataset=dict("
                        "pipeline=[dict(type='RandomFlip', prob=0.5), dict(type='PackInputs')]))\n")
    whole, stopped = tmp_path / 'whole', tmp_path / 'stopped'
    assert call('train', mirrored, '--work-dir', whole) == 0
    stopped.mkdir()
    shutil.copy(whole / 'epoch_1.pth', stopped)
    assert call('train', mirrored, '--work-dir', stopped, '--resume') == 0
    one, two = (torch.load(folder / 'epoch_3.pth', weights_only=CHECKS_CONTENT)['state_dict']
                for folder in (whole, stopped))
    assert all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.slow
def test_a_last_checkpoint_cut_short_is_named_and_passed_over(resumed):
    _, work_dir, done = resumed
    assert f'{work_dir}/epoch_99999.pth is cut short' in done.stdout


@pytest.fixture
def trained(monkeypatch) -> list[Config]:
    """The configs that would be trained: each is taken down, and that is all."""
    configs: list[Config] = []
    monkeypatch.setattr(training, 'train', configs.append)
    return configs


def test_resume_in_an_empty_folder_begins_at_the_beginning(config, trained, tmp_path, capsys):
    assert call('train', config, '--work-dir', tmp_path, '--resume') == 0
    cfg, = trained
    assert not cfg.resume and cfg.get('load_from') is None
    assert f'{tmp_path} holds no checkpoint yet' in capsys.readouterr().out


@pytest.mark.slow
def test_resume_takes_the_checkpoint_it_is_given(config, trained, finished):
    given = str(finished / 'epoch_2.pth')
    assert call('train', config, '--work-dir', finished, '--resume', given) == 0
    cfg, = trained
    assert cfg.resume and cfg.load_from == given


@pytest.mark.slow
@checks_content
def test_resuming_from_foreign_code_is_refused_and_nothing_of_it_runs(config, hostile, tmp_path, capsys):
    path, flag = hostile
    assert call('train', config, '--work-dir', tmp_path / 'work', '--resume', path) == 2
    said = capsys.readouterr().err
    assert said.startswith(f'mmhaze train: {path} is refused') and 'system' in said
    assert 'Traceback' not in said and not flag.exists() and not (tmp_path / 'work').exists()


@checks_content
def test_a_checkpoint_that_the_config_names_is_checked_too(config, hostile, capsys):
    path, flag = hostile
    assert call('train', config, '--cfg-options', f'load_from={path}') == 2
    assert capsys.readouterr().err.startswith(f'mmhaze train: {path} is refused')
    assert not flag.exists()


def test_a_config_that_says_resume_goes_on_from_the_newest_whole_checkpoint(config, trained, tmp_path, capsys):
    assert call('train', config, '--work-dir', tmp_path, '--cfg-options', 'resume=True') == 0
    cfg, = trained
    assert not cfg.resume and f'{tmp_path} holds no checkpoint yet' in capsys.readouterr().out


# what does not fit

@pytest.mark.parametrize('classes', [3, 9])
def test_a_network_with_other_levels_than_its_photos_is_said_before_anything_is_made(config, tmp_path, capsys, classes):
    work_dir = tmp_path / 'work'
    assert call('train', config, '--work-dir', work_dir, '--cfg-options', f'model.head.num_classes={classes}')
    assert capsys.readouterr().err.startswith(
        f'mmhaze train: {config.with_name("data")}/manifest.csv, the training set, has 4 levels, 0 to 3, and '
        f'model.head.num_classes is {classes}. Set model.head.num_classes=4')
    assert not work_dir.exists()


@pytest.fixture
def another(tmp_path) -> Path:
    """The weights of another network."""
    torch.save(dict(state_dict=dict(weight=torch.ones(2)), meta={}), tmp_path / 'w.pth')
    return tmp_path / 'w.pth'


@pytest.mark.parametrize(('words', 'said'), [
    (('test', 'w.pth'), '{path} was not trained with {config}: Missing key'),
    (('train', '--resume', 'w.pth'), '{path} holds no state of the optimizer to go on from'),
    (('train', '--cfg-options', 'load_from=w.pth'), 'Nothing in {path} fits the network')])
def test_a_checkpoint_of_another_network_is_said_in_a_line_before_anything_is_made(config, another, tmp_path, words,
                                                                                   said, capsys):
    name, *more = (word.replace('w.pth', str(another)) for word in words)
    assert call(name, config, '--work-dir', tmp_path / 'work', *more)
    printed = capsys.readouterr()
    assert printed.err.startswith(f'mmhaze {name}: {said.format(path=another, config=config)}')
    assert printed.err.count('\n') == 1 and 'accuracy' not in printed.out
    assert not (tmp_path / 'work').exists()


@pytest.mark.slow
def test_a_test_set_with_the_levels_upside_down_is_refused(config, finished, tmp_path, capsys):
    state = torch.load(finished / 'epoch_3.pth', weights_only=CHECKS_CONTENT)
    state['meta']['dataset_meta'] = dict(classes=['clear', 'light', 'dense', 'blind'])
    torch.save(state, tmp_path / 'w.pth')
    option = "test_dataloader.dataset.classes=['blind','dense','light','clear']"
    assert call('test', config, tmp_path / 'w.pth', '--work-dir', tmp_path, '--cfg-options', option)
    assert 'the test set, has the levels blind, dense, light, clear, and' in capsys.readouterr().err


# testing

@pytest.mark.slow
def test_an_ordinary_checkpoint_is_tested_and_its_predictions_are_written(config, finished, tmp_path, capsys):
    assert call('test', config, finished / 'epoch_3.pth', '--work-dir', tmp_path, '--out',
                tmp_path / 'predictions.pkl') == 0
    assert 'accuracy/top1' in capsys.readouterr().out
    assert (tmp_path / 'predictions.pkl').is_file()


@checks_content
def test_testing_foreign_code_is_refused_and_nothing_of_it_runs(config, hostile, capsys):
    path, flag = hostile
    assert call('test', config, path) == 2
    assert re.match(rf'mmhaze test: {path} is refused.*system', capsys.readouterr().err)
    assert not flag.exists()


@pytest.mark.parametrize('name', ['train', 'test'])
@pytest.mark.parametrize('missing', ['config', 'checkpoint'])
def test_what_does_not_exist_is_said_in_one_line(config, finished, tmp_path, name, missing, capsys):
    there = dict(config=config, checkpoint=finished / 'epoch_3.pth')
    there[missing] = tmp_path / 'nowhere'
    option = ['--resume'] if name == 'train' else []
    assert call(name, there['config'], *option, there['checkpoint']) == 2
    more = ': wanted a file, or the name of one in configs/ such as magnet-fe-s_resnet18_hazel-level'
    assert capsys.readouterr().err == (f'mmhaze {name}: There is no {missing} {tmp_path / "nowhere"}'
                                       f'{more if missing == "config" else ""}.\n')


def test_the_name_of_a_shipped_config_is_enough(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_tiny_set(tmp_path / 'data' / 'hazel-level')
    options = ['randomness.seed=7', 'train_dataloader.batch_size=3']
    assert call('train', 'lenet5_hazel-level', '--cfg-options', *options) == 0
    cfg, = trained
    assert Path(cfg.filename) == find_config('lenet5_hazel-level')
    assert cfg.work_dir == os.path.join('work_dirs', 'lenet5_hazel-level')
    assert (cfg.randomness.seed, cfg.train_dataloader.batch_size) == (7, 3)


# several processes

@pytest.mark.slow
def test_two_processes_train_without_a_gpu(config, tmp_path):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    # no GPU, where there is one: two processes would want two
    done = run(ROOT / 'tools/dist_train.sh', config, 2, '--work-dir', tmp_path,
               '--cfg-options', 'train_cfg.max_epochs=1', PYTHON=sys.executable, MASTER_PORT=str(port),
               CUDA_VISIBLE_DEVICES='')
    assert done.returncode == 0, done.stderr
    # 28 photos, eight at a time: two steps where two processes share them, four where each is on its own
    assert torch.load(tmp_path / 'epoch_1.pth', weights_only=CHECKS_CONTENT)['meta']['iter'] == 2


@pytest.mark.parametrize('script, arguments', [('dist_train.sh', ['config.py']), ('slurm_train.sh', ['part', 'job'])])
def test_a_launcher_with_too_few_arguments_says_how_it_is_used(script, arguments):
    done = run(ROOT / 'tools' / script, *arguments)
    assert done.returncode == 2 and not done.stdout
    assert f'tools/{script} ' in done.stderr and '[arguments of tools/train.py]' in done.stderr
    assert not any(line.startswith('#') or 'set -' in line for line in done.stderr.splitlines())


@pytest.fixture
def srun(tmp_path) -> dict[str, str]:
    """An environment in which srun writes down its arguments, a line each."""
    if not shutil.which('bash'):
        pytest.skip('there is no bash')
    fake = tmp_path / 'bin' / 'srun'
    fake.parent.mkdir()
    fake.write_text('#!/usr/bin/env bash\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    return dict(PATH=f'{fake.parent}{os.pathsep}{os.environ["PATH"]}', PYTHON='a python', SRUN_ARGS='',
                GPUS='8', GPUS_PER_NODE='8', CPUS_PER_TASK='5')


def test_slurm_gets_its_own_arguments_and_train_py_the_rest(srun):
    done = run(ROOT / 'tools/slurm_train.sh', 'gpu part', 'job', 'my config.py', '--resume', '--work-dir', 'a b',
               **dict(srun, SRUN_ARGS='--quotatype auto'))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        '--partition', 'gpu part', '--job-name', 'job', '--gres', 'gpu:8', '--ntasks', '8', '--ntasks-per-node', '8',
        '--cpus-per-task', '5', '--kill-on-bad-exit', '1', '--quotatype', 'auto',
        'a python', '-u', str(ROOT / 'tools/train.py'), 'my config.py', '--launcher', 'slurm',
        '--resume', '--work-dir', 'a b']


@pytest.mark.parametrize('gpus, per_node, tasks_per_node', [('2', '8', '2'), ('16', '8', '8'), ('4', '4', '4')])
def test_slurm_asks_no_machine_for_more_gpus_than_there_are_processes(srun, gpus, per_node, tasks_per_node):
    words = run(ROOT / 'tools/slurm_train.sh', 'part', 'job', 'config.py',
                **dict(srun, GPUS=gpus, GPUS_PER_NODE=per_node, CPUS_PER_TASK='3')).stdout.splitlines()
    options = dict(zip(words[:14:2], words[1:14:2]))
    assert (options['--ntasks'], options['--ntasks-per-node'], options['--gres'], options['--cpus-per-task']) == (
        gpus, tasks_per_node, f'gpu:{tasks_per_node}', '3')

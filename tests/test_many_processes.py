"""Two and four processes train as one does, count every photo once, and end together."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from mmhaze.runtime.checkpoints import CHECKS_CONTENT, load_checkpoint, newest_checkpoint

from .cli.test_train_command import CONFIG
from .conftest import ROOT
from .forks import free_port, run_forked
from .tiny_set import write_tiny_set

pytestmark = pytest.mark.skipif(sys.platform == 'win32' or not CHECKS_CONTENT, reason='signals, and torch >= 2.6')

# plain gradient descent: Adam makes large steps of rounding errors in gradients that are next to 0
OPTIONS = ['optim_wrapper.optimizer.type=SGD', 'optim_wrapper.optimizer.lr=0.05', 'randomness.seed=4']


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """40 photos, of which 28 train and 12 test; five do not go into two processes."""
    folder = tmp_path_factory.mktemp('processes')
    path = folder / 'tiny.py'
    path.write_text(CONFIG.format(data_root=str(write_tiny_set(folder / 'data', levels=4, rounds=10)))
                    + "test_dataloader['dataset'] = dict(val_dataloader['dataset'], indices=5)\n"
                      "test_evaluator = dict(type='OrdinalMetric')\n")
    return path


def start(tool, config, *words):
    """Two processes under torchrun, for what is of starting and ending; the others are forked."""
    return subprocess.Popen([sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node', '2',
                             '--master_port', str(free_port()), str(ROOT / 'tools' / tool), str(config),
                             *map(str, words), '--launcher', 'pytorch'],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env=dict(os.environ, OMP_NUM_THREADS='1', CUDA_VISIBLE_DEVICES='',
                                     PYTHONPATH=str(config.parent)))


def finish(process):
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


@pytest.fixture(scope='module')
def trained(config, tmp_path_factory):
    """What one process learns in two epochs in batches of 8, two in batches of 4, and four in batches of 2."""
    folders = {count: tmp_path_factory.mktemp(f'of_{count}') for count in (1, 2, 4)}
    for count, folder in folders.items():
        run_forked('train.py', config, '--work-dir', folder, '--cfg-options', *OPTIONS, 'train_cfg.max_epochs=2',
                   f'train_dataloader.batch_size={8 // count}', folder=folder, processes=count)
    return {count: folder / 'epoch_2.pth' for count, folder in folders.items()}


@pytest.mark.slow
@pytest.mark.parametrize('count', [2, 4])
def test_processes_learn_what_one_does_with_batches_as_large_as_all_of_theirs(trained, count):
    one, many = load_checkpoint(trained[1]), load_checkpoint(trained[count])
    assert one['meta']['iter'] == many['meta']['iter'] == 8
    for name, weight in one['state_dict'].items():
        torch.testing.assert_close(many['state_dict'][name], weight, atol=1e-5, rtol=1e-4)


def scores(said):
    return [line.split('INFO - ')[1].split('data_time')[0] for line in said.splitlines() if 'Epoch(test)' in line][-1]


@pytest.mark.slow
def test_each_photo_counts_once_though_five_do_not_go_into_two_or_four_processes(config, trained, tmp_path):
    one, two, four = (scores(run_forked('test.py', config, trained[1], '--work-dir', tmp_path, folder=tmp_path,
                                        processes=count)) for count in (1, 2, 4))
    assert 'ordinal/mae' in one and one.split('] ')[-1] == two.split('] ')[-1] == four.split('] ')[-1]


@pytest.mark.slow
def test_a_process_that_dies_ends_the_others_and_the_run_can_go_on(config, tmp_path):
    training = start('train.py', config, '--work-dir', tmp_path, '--cfg-options', *OPTIONS,
                     'train_cfg.max_epochs=100000')
    deadline = time.monotonic() + 120
    while newest_checkpoint(tmp_path) is None:
        assert training.poll() is None and time.monotonic() < deadline, 'no checkpoint appeared'
        time.sleep(0.05)
    workers = subprocess.run(['pgrep', '-P', str(training.pid)], capture_output=True, text=True).stdout.split()
    os.kill(int(workers[1]), signal.SIGKILL)
    said, _ = training.communicate(timeout=120)
    assert training.returncode == 1 and 'rank      : 1 (local_rank: 1)' in said and 'exitcode  : -9' in said
    epoch = load_checkpoint(newest_checkpoint(tmp_path))['meta']['epoch']
    run_forked('train.py', config, '--work-dir', tmp_path, '--resume', '--cfg-options', *OPTIONS,
               f'train_cfg.max_epochs={epoch + 1}', folder=tmp_path)
    assert (tmp_path / f'epoch_{epoch + 1}.pth').exists()


@pytest.mark.slow
def test_a_parameter_that_nothing_uses_is_named(config, tmp_path):
    forgetful = config.with_name('forgetful.py')
    forgetful.write_text(f'''_base_ = './{config.name}'
custom_imports = dict(imports=['mmhaze.register', 'forgetful_head'])
model = dict(head=dict(type='ForgetfulHead'))
''')
    config.with_name('forgetful_head.py').write_text('''from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from torch import nn


@MODELS.register_module()
class ForgetfulHead(LinearClsHead):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.forgotten = nn.Linear(2, 2)
''')
    training = start('train.py', forgetful, '--work-dir', tmp_path)
    said, _ = training.communicate(timeout=120)
    assert training.returncode == 1 and 'head.forgotten.weight' in said


@pytest.mark.slow
@pytest.mark.skipif(not Path('/proc/self/task').exists(), reason='threads are looked up where Linux lists them')
@pytest.mark.parametrize('tool, words', [('train.py', []), ('test.py', ['CHECKPOINT'])])
def test_no_thread_of_the_group_outlives_the_run(config, trained, tmp_path, tool, words):
    # one that holds a tensor when the interpreter goes away aborts the process
    before = tmp_path / 'look.py'
    before.write_text(f'''import atexit, os, runpy, sys
from pathlib import Path
def look():  # a file each: lines of two processes on one pipe may run into each other
    alive = [path.read_text().strip() for path in Path('/proc/self/task').glob('*/comm')]
    Path({str(tmp_path)!r}, f'{{os.getpid()}}.alive').write_text(str(alive))
atexit.register(look)
sys.argv[0] = {str(ROOT / 'tools' / tool)!r}
runpy.run_path(sys.argv[0], run_name='__main__')
''')
    words = [str(trained[1]) if word == 'CHECKPOINT' else word for word in words]
    finish(start(before, config, *words, '--work-dir', tmp_path))
    alive = [path.read_text() for path in tmp_path.glob('*.alive')]
    assert len(alive) == 2 and all(line != '[]' and 'gloo' not in line for line in alive), alive

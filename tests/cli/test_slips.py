"""Slips in a config or an option: a line and exit code 2 from training, testing and what loads networks."""
from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mmhaze.cli.main import main
from mmhaze.runtime import training
from tests.tiny_set import write_tiny_set

from .test_train_command import CONFIG

pytestmark = pytest.mark.filterwarnings('default')  # the host's own


@pytest.fixture(scope='module')
def data(tmp_path_factory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp('data'), levels=4, rounds=10)


@pytest.fixture
def config(data, tmp_path, monkeypatch) -> Path:
    """A config that would train, in the current folder."""
    monkeypatch.setenv('LOCAL_RANK', '0')
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'mine.py'
    path.write_text(CONFIG.format(data_root=str(data)))
    (tmp_path / 'w.pth').write_bytes(b'')
    return path


def said_of(capsys, *words: object) -> str:
    """What a command that refuses says: one line."""
    assert main([*map(str, words)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f'mmhaze {words[0]}: ') and said.err.count('\n') == 1, said.err
    assert not said.out
    return said.err


LOADS = {'train': ['mine.py'], 'test': ['mine.py', 'w.pth'],
         'haze': ['.', '--model', 'mine.py', '--checkpoint', 'w.pth'],
         'cam': ['.', '--model', 'mine.py', '--checkpoint', 'w.pth', '--out', 'out'],
         'feature-map': ['--model', 'mine.py', '--checkpoint', 'w.pth', '--out', 'out'],
         'export': ['mine.py', 'w.pth'], 'doctor': ['mine.py'],
         'dehaze': ['.', '--model', 'mine.py', '--checkpoint', 'w.pth', '--out', 'out']}


@pytest.mark.parametrize('command', LOADS)
@pytest.mark.parametrize(('change', 'says'), [
    (lambda text: text + 'x = dict(', 'mine.py, line '),
    (lambda text: "_base_ = 'gone.py'\n" + text, 'gone.py, which it builds on'),
    (lambda text: text.replace('LeNet5RGB', 'LeNt5RGB'), "model.backbone has the type 'LeNt5RGB', which is not"),
    (lambda text: text.replace('num_classes', 'num_clases'), 'model.head has no setting num_clases. Did you mean num')])
def test_a_slip_in_a_config_is_a_line_from_whatever_loads_it(config, command, change, says, capsys, tmp_path):
    if command == 'doctor' and 'model' in says:
        pytest.skip('the doctor looks at data sets alone')
    torch.save(dict(state_dict=dict(x=torch.ones(1))), tmp_path / 'w.pth')
    (tmp_path / 'a.png').write_text('')
    config.write_text(change(config.read_text()))
    assert says in said_of(capsys, command, *LOADS[command])
    assert not (tmp_path / 'out').exists() and not (tmp_path / 'work_dirs').exists()


@pytest.mark.parametrize('command', ['train', 'test'])
@pytest.mark.parametrize(('option', 'says'), [
    ('train_cfg.max_epoch=1', 'train_cfg has no setting max_epoch. Did you mean max_epochs'),
    ('trian_cfg.max_epochs=1', 'mine.py has no trian_cfg. Did you mean train_cfg'),
    ('test_dataloader.dataset.type=HazeLevelDatset', 'which is not registered. Did you mean HazeLevelDataset'),
    ('optim_wrapper.optimzer.lr=1', 'optim_wrapper has no setting optimzer. Did you mean optimizer'),
    ('model.backbone=3', 'mine.py: model.backbone is 3, wanted a dict.')])
def test_a_slip_in_an_option_is_a_line(config, command, option, says, capsys, tmp_path):
    assert says in said_of(capsys, command, *LOADS[command], '--cfg-options', option)
    assert not (tmp_path / 'work_dirs').exists()


@pytest.mark.parametrize(('name', 'command'), [
    ('resnet18_hazel-level', 'mmhaze make-set hazel-level SRC --out data/hazel-level'),
    ('resnet18_hazel-level-fresh', 'mmhaze make-set hazel-level SRC --out data/hazel-level --keep-clear'),
    ('resnet18_haze-wild', 'mmhaze make-set haze-wild PHOTOS --depth SPEC --out data/haze-wild'),
    ('mixdehazenet-t_haze-wild', 'mmhaze make-set haze-wild PHOTOS --depth SPEC --out data/haze-wild'),
    ('resnet18_demo', 'mmhaze demo --data data/demo')])
def test_a_data_set_that_is_not_there_is_named_with_the_command_that_makes_it(name, command, config, capsys, tmp_path):
    said = said_of(capsys, 'train', name)
    assert 'There is no annotation file data/' in said and f'Make it with: {command}, or set data_root' in said
    assert not (tmp_path / 'work_dirs').exists()


def test_predictions_go_into_a_pickle_which_is_said_before_anything_is_loaded(config, capsys, tmp_path):
    said = said_of(capsys, 'test', config, 'w.pth', '--out', 'p.json')
    assert '--out is p.json, wanted the name of a pickle such as p.pkl, which' in said


@pytest.mark.parametrize(('name', 'says'), [
    ('resnet18_dmo', 'There is no config resnet18_dmo: wanted a file, or the name of one in configs/ such as resnet'),
    ('.', '. is a folder: wanted a file'), ('notes.txt', 'notes.txt is no config file, wanted one of .py')])
def test_what_is_no_config_is_a_line(config, name, says, capsys, tmp_path):
    (tmp_path / 'notes.txt').write_text('x')
    assert says in said_of(capsys, 'train', name)


@pytest.mark.parametrize('name', ['mmhaze::baselines/resnet18_demo.py', 'resnet18_demo'])
@pytest.mark.parametrize('command', ['train', 'test'])
def test_a_config_of_mmhaze_goes_by_its_name_in_both(config, name, command, capsys):
    lacks = dict(train='data/demo/manifest.csv', test='w.pth')[command]  # the config itself was read
    assert lacks in said_of(capsys, command, name, *['w.pth'] * (command == 'test'))


@pytest.mark.slow
@pytest.mark.parametrize(('option', 'says'), [
    ('train_dataloader.num_workers=-1', 'mmengine refuses the config: num_workers option should be non-negative'),
    ('train_dataloader.batch_size=0', 'mmengine refuses the config: batch_size should be a positive integer'),
    ('train_dataloader=None', 'mmengine refuses the config: train_dataloader, train_cfg, and optim_wrapper should be'),
    ('optim_wrapper.optimizer.lr=-1', 'Adam refuses its settings: Invalid learning rate: -1'),
    ('model.head.in_channels=12', 'model.head.fc wants 12 channels, and what comes before it gives 120. Set model.hea'),
    ('model.backbone.in_channels=1', 'wants 1 channels, and what comes before it gives 3. Make what one gives'),
    ('model.pretrained=gone.pth', 'mmengine refuses the config: gone.pth can not be found.'),
    ('model.head.loss.loss_weight=2', "{'loss_weight': 2} has no type, and so is no model."),
    ('compile=x', 'mmengine refuses the config: `compile` should be a dict or bool'),
    ('custom_hooks=[1]', 'mmengine refuses the config: hook should be an instance of Hook or dict, but got 1')])
def test_what_the_host_refuses_before_the_first_step_has_no_traceback(config, option, says, capsys):
    assert main(['train', str(config), '--work-dir', 'work', '--cfg-options', option]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith('mmhaze train: ') and says in last


@pytest.mark.slow
def test_the_scores_there_are_are_named_where_the_best_checkpoint_is_chosen_by_another(config, capsys):
    assert main(['train', str(config), '--work-dir', 'work', '--cfg-options', 'train_cfg.max_epochs=1',
                 'train_cfg.val_interval=1', 'default_hooks.checkpoint.save_best=accuracy/top-1']) == 2
    said = "save_best is 'accuracy/top-1', and the evaluators give accuracy/top1. Set it to one of these.\n"
    assert capsys.readouterr().err.endswith(said)


def test_an_error_of_the_code_keeps_its_traceback(config, capsys, monkeypatch):
    monkeypatch.setattr(training, 'train', lambda cfg: {}['broken'])
    assert main(['train', str(config)]) == 1
    said = capsys.readouterr().err
    assert said.startswith('Traceback') and said.endswith("KeyError: 'broken'\n")


@pytest.mark.slow
def test_a_loader_of_a_config_that_keeps_its_workers_trains_and_tests_without_any(config, tmp_path):
    kept = 'num_workers=0, persistent_workers=True, prefetch_factor=2,'
    config.write_text(config.read_text().replace('num_workers=0,', kept))
    assert main(['train', str(config), '--work-dir', 'work', '--cfg-options', 'train_cfg.max_epochs=1']) == 0
    assert main(['test', str(config), 'work/epoch_1.pth', '--work-dir', 'work']) == 0

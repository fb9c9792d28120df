"""Config files that cannot be read, options that fit none, and data loaders without workers."""
from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator

import pytest

from mmhaze.runtime.configs import read_config

BASE = "_base_ = './base.py'\n"


@pytest.fixture(autouse=True)
def forget_files_that_the_host_leaves_open() -> Iterator[None]:
    """mmengine does not close its copy of a config that it cannot read."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', ResourceWarning)
        gc.collect()


@pytest.fixture
def write(tmp_path):
    def write_file(name: str, text: str):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    write_file('base.py', "model = dict(type='ImageClassifier')\ntrain_dataloader = dict(num_workers=2, "
                          'persistent_workers=True, prefetch_factor=4, timeout=5, batch_size=1)\n')
    return write_file


@pytest.mark.parametrize(('text', 'says'), [
    (BASE + 'x = 1\ny = dict(\n', r'mine\.py, line 3: '),
    (BASE + 'x = 1]\n', r'mine\.py, line 2: '),
    ("_base_ = './bse.py'\n", r'mine\.py: there is no file .*bse\.py, which it builds on\. Set _base_'),
    ("_base_ = 'mmhaze::baselines/nothing.py'\n", r'mine\.py: There is no config mmhaze::baselines/nothing\.py'),
    ("_base_ = 'nobody::a/b.py'\n", r'mine\.py: mmengine does not support to load nobody config'),
    (BASE + 'x = undefined\n', r"mine\.py, line 2: name 'undefined' is not defined"),
    (BASE + 'x = 1 / 0\n', r'mine\.py, line 2: division by zero'),
    (BASE + 'x = {{_base_.modle.type}}\n', r'mine\.py.*modle'),
    (BASE + 'model = 3\nmodel = model.x\n', r"mine\.py, line 3: 'int' object has no attribute 'x'"),
    (BASE + "custom_imports = dict(imports=['nobody.knows'])\n", r"mine\.py: No module named 'nobody'"),
    (BASE + 'trian_cfg = dict(max_epochs=1)\n', r'mine\.py: nothing reads trian_cfg\. Did you mean train_cfg'),
    (BASE + 'train_dataloder = dict(batch_size=1)\n', r'nothing reads train_dataloder\. Did you mean train_data'),
    (BASE + "train_dataloader = dict(dataset=3)\nmodel = dict(type='x', a={{_base_.x.y}})\n", r'mine\.py'),
])
def test_a_file_that_cannot_be_read_is_named_in_a_line(write, text, says):
    path = write('mine.py', text)
    with pytest.raises(ValueError, match=f'^/.*{says}') as error:
        read_config(path)
    assert '\n' not in str(error.value) and len(str(error.value)) < 600


def test_an_option_for_an_entry_of_a_list_says_which_and_does_not_take_the_place_of_the_list(write):
    path = write('mine.py', BASE + "param_scheduler = [dict(type='CosineAnnealingLR', T_max=3)]\n")
    with pytest.raises(ValueError, match=r'^--cfg-options param_scheduler\.T_max: in .*mine\.py param_scheduler is a '
                                         r'list of 1\. Say which by its number, param_scheduler\.0\.T_max for the'):
        read_config(path, {'param_scheduler.T_max': 5})
    schedulers = read_config(path, {'param_scheduler.0.T_max': 5}).param_scheduler
    assert schedulers == [dict(type='CosineAnnealingLR', T_max=5)]


def test_a_slip_in_the_file_it_builds_on_is_named_by_that_file(write):
    write('base.py', 'x = 1\nmodel = dict(\n')
    with pytest.raises(ValueError, match=r'base\.py, line 2: '):
        read_config(write('mine.py', BASE))


@pytest.mark.parametrize(('name', 'text'), [
    ('a.json', '{"model": {"type": "X"}}'), ('a.yaml', 'model:\n  type: X\n'), ('a.yml', 'model: {type: X}\n')])
def test_json_and_yaml_are_configs_too(write, name, text):
    assert read_config(write(name, text)).model.type == 'X'


@pytest.mark.parametrize(('name', 'text', 'says'), [
    ('a.txt', 'model = 1', r'a\.txt is no config file, wanted one of \.py'), ('a', '', 'a is no config file'),
    ('a.json', '{"model": ', r'a\.json: '), ('a.yaml', 'a: [1', r'a\.yaml: ')])
def test_what_is_no_config_is_refused(write, name, text, says):
    with pytest.raises(ValueError, match=says):
        read_config(write(name, text))


@pytest.mark.parametrize(('name', 'says'), [
    ('trian_cfg.max_epochs', r'base\.py has no trian_cfg\. Did you mean train_cfg'),
    ('work_dirs', r'base\.py has no work_dirs\. Did you mean work_dir'), ('zzz', r'base\.py has no zzz\.$'),
    ('model.type.x', r'--cfg-options model\.type\.x do not fit .*base\.py: ')])
def test_an_option_that_would_do_nothing_is_refused(write, name, says):
    with pytest.raises(ValueError, match=says):
        read_config(write('base.py', "model = dict(type='X')\n"), {name: 3})


def test_a_name_that_the_config_itself_reads_is_no_slip(write):
    text = BASE + 'train_cfgs = dict(a=1)\nmodel = dict(x=train_cfgs)\nlonger = 3\n'
    assert read_config(write('mine.py', text), {'load_from': 'x.pth', 'longer': 4}).longer == 4


@pytest.mark.parametrize('zero', [{'train_dataloader.num_workers': 0}, 'train_dataloader = dict(num_workers=0)\n'])
def test_without_workers_none_are_kept_or_fetch_ahead(write, zero):
    path = write('mine.py', BASE + (zero if isinstance(zero, str) else ''))
    loader = read_config(path, None if isinstance(zero, str) else zero).train_dataloader
    assert dict(loader) == dict(num_workers=0, persistent_workers=False, prefetch_factor=None, timeout=0, batch_size=1)


def test_with_workers_loaders_stay_as_they_are(write):
    loader = read_config(write('mine.py', BASE)).train_dataloader
    assert (loader.num_workers, loader.persistent_workers, loader.prefetch_factor, loader.timeout) == (2, True, 4, 5)

"""Which errors of a run are a line, and which keep their traceback."""
from __future__ import annotations

import numpy as np
import pytest
from mmengine.registry import Registry
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset

from mmhaze.datasets.level_table import read_table
from mmhaze.io.photo import read_photo
from mmhaze.runtime.slips import as_slips, find_slip

PARTS = Registry('part')


def check_size(size: int) -> int:
    if size < 1:
        raise AssertionError('size is above 0')
    return size


@PARTS.register_module()
class Inner:
    def __init__(self, size: int, **others) -> None:
        self.size = check_size(size)
        self.others = dict(**others)


@PARTS.register_module()
class Outer:
    def __init__(self, inner: dict, wrong: bool = False) -> None:
        self.inner = PARTS.build(inner)
        if wrong:
            self.grow(2, largr=3)

    def grow(self, size: int, larger: int = 0) -> None:
        pass


PARTS.register_module('Adam', module=optim.Adam)


def slip_of(run) -> str:
    try:
        run()
    except Exception as error:
        return find_slip(error)
    raise AssertionError('nothing was raised')


@pytest.mark.parametrize(('settings', 'says'), [
    (dict(type='Inne', size=1), "'Inne' is no part that is registered. Did you mean Inner?"),
    (dict(type='Outer', inner=dict(type='Inne')), "'Inne' is no part that is registered. Did you mean Inner?"),
    (dict(type='Outer', iner=dict()), 'Outer has no setting iner.'),
    (dict(type='Outer', inner=dict(type='Inner')), "Inner lacks the settings 'size'."),
    (dict(type='Outer', inner=3), '3 refuses its settings: cfg should be a dict, ConfigDict or Config, but got '
     "<class 'int'>"),
    (dict(type='Outer', inner=dict(type='Inner', size=-1)), 'Inner refuses its settings: size is above 0'),
    (dict(type='Adam', params=[nn.Parameter()], lr=-1.0), 'Adam refuses its settings: Invalid learning rate: -1.0')])
def test_a_part_that_cannot_be_built_as_the_config_says_is_named(settings, says):
    assert slip_of(lambda: PARTS.build(settings)) == says


def test_what_mmhaze_refuses_is_said_as_it_is(tmp_path):
    assert slip_of(lambda: read_table(tmp_path / 'a.csv', tmp_path)).startswith(
        f'There is no annotation file {tmp_path / "a.csv"}. Make the data set first, or set')


@pytest.mark.parametrize('bug', [
    lambda: np.zeros(3).reshape(2), lambda: {}['key'], lambda: int('x'), lambda: open('/nowhere/at/all').close(),
    lambda: PARTS.build(dict(type='Outer', inner=dict(type='Inner', size=1), wrong=True))])
def test_an_error_of_the_code_is_no_slip_of_the_user(bug):
    assert slip_of(bug) == ''


class Photos(Dataset):
    def __init__(self, path, bug: bool) -> None:
        self.path, self.bug = path, bug

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> np.ndarray:
        return np.zeros(3).reshape(2) if self.bug else read_photo(self.path)


@pytest.mark.slow
@pytest.mark.parametrize('bug', [False, True])
def test_what_a_process_that_loads_data_refuses_is_a_line_and_its_bugs_are_none(bug, tmp_path):
    (tmp_path / 'a.png').write_text('hello')
    said = slip_of(lambda: list(DataLoader(Photos(tmp_path / 'a.png', bug), num_workers=1)))
    assert said == '' if bug else said.startswith(f'{tmp_path / "a.png"} cannot be read as a photo')


def test_a_slip_becomes_an_error_with_its_cause_and_the_file_and_a_bug_stays_what_it_is():
    with pytest.raises(ValueError, match=r"^mine\.py: 'Inne' is no part") as error, as_slips('mine.py'):
        PARTS.build(dict(type='Inne'))
    assert isinstance(error.value.__cause__, KeyError)
    with pytest.raises(ZeroDivisionError), as_slips('mine.py'):
        1 / 0  # noqa: B018

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from mmhaze.runtime.checkpoints import check_goes_on, classes_of, is_whole, load_checkpoint, newest_checkpoint
from tests.conftest import checks_content


def write(path: Path, age: float = 0) -> Path:
    """A training checkpoint as mmengine writes it, ``age`` seconds old."""
    torch.save(dict(meta=dict(epoch=1), state_dict=dict(weight=torch.ones(100)), best=np.float64(0.5),
                    message_hub=dict(log_scalars=dict(loss=HistoryBuffer([1.0, 0.5], [1, 1])))), path)
    os.utime(path, (1e9 - age, 1e9 - age))
    return path


def cut_short(path: Path, share: float = 0.5) -> Path:
    times = path.stat().st_mtime
    path.write_bytes(path.read_bytes()[:int(path.stat().st_size * share)])
    os.utime(path, (times, times))
    return path


class Code:
    """Makes the file ``flag`` when it is loaded."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def __reduce__(self) -> tuple:
        return os.system, (f'touch {self.flag}',)


# which is the newest

def test_the_newest_is_the_one_written_last_whatever_its_name(tmp_path, capsys):
    write(tmp_path / 'epoch_9.pth', age=20)
    wanted = write(tmp_path / 'epoch_10.pth', age=10)
    write(tmp_path / 'epoch_2.pth', age=30)
    write(tmp_path / 'newer.txt')
    (tmp_path / 'last_checkpoint').write_text('epoch_2.pth')
    assert newest_checkpoint(tmp_path) == wanted == newest_checkpoint(str(tmp_path))
    assert not capsys.readouterr().out


@pytest.mark.parametrize('share', [0, 0.1, 0.5, 0.99])
def test_one_that_is_cut_short_is_named_and_passed_over(tmp_path, capsys, share):
    wanted = write(tmp_path / 'epoch_1.pth', age=20)
    short = cut_short(write(tmp_path / 'epoch_2.pth', age=10), share)
    assert newest_checkpoint(tmp_path) == wanted
    assert f'{short} is cut short' in capsys.readouterr().out


def test_several_cut_short_are_all_passed_over(tmp_path, capsys):
    for age in (10, 20, 30):
        cut_short(write(tmp_path / f'{age}.pth', age=age))
    wanted = write(tmp_path / '40.pth', age=40)
    cut_short(write(tmp_path / '50.pth', age=50))
    assert newest_checkpoint(tmp_path) == wanted
    assert capsys.readouterr().out.count('is cut short') == 3  # and the older ones are nobody's concern


@pytest.mark.parametrize('part', [b'PK\x03\x04', b'state_dict', torch.ones(2).numpy().tobytes(), b'PK\x01\x02',
                                  b'PK\x05\x06'])
def test_one_that_is_damaged_is_named_and_passed_over(tmp_path, capsys, part):
    wanted = write(tmp_path / 'epoch_1.pth', age=20)
    damaged = write(tmp_path / 'epoch_2.pth', age=10)
    data, times = damaged.read_bytes(), damaged.stat().st_mtime
    damaged.write_bytes(data.replace(part, bytes(byte ^ 0xFF for byte in part), 1))
    os.utime(damaged, (times, times))
    assert newest_checkpoint(tmp_path) == wanted
    assert f'{damaged} is cut short or damaged' in capsys.readouterr().out


@pytest.mark.slow
@checks_content
def test_what_is_not_seen_to_be_damaged_says_the_same(tmp_path):
    """Zip files have padding, dates and other bytes without meaning: these may change."""
    path = write(tmp_path / 'whole.pth')
    data, weight = path.read_bytes(), load_checkpoint(path)['state_dict']['weight']
    damaged, seen = tmp_path / 'damaged.pth', 0
    marks = [each.start() + 38 for each in re.finditer(b'PK\x01\x02', data)]  # whether a part is a folder, and such
    places = sorted({*range(0, len(data), 5), *marks})
    for place in places:
        damaged.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1:])
        if is_whole(damaged):
            try:
                assert torch.equal(load_checkpoint(damaged)['state_dict']['weight'], weight)
            except ValueError as error:
                assert 'is damaged or no checkpoint' in str(error)
        else:
            seen += 1
    assert seen > 0.3 * len(places)


def test_where_there_is_none_the_answer_is_none(tmp_path):
    assert newest_checkpoint(tmp_path) is None
    assert newest_checkpoint(tmp_path / 'nowhere') is None
    cut_short(write(tmp_path / 'epoch_1.pth'))
    assert newest_checkpoint(tmp_path) is None


# which may be loaded

def test_an_ordinary_checkpoint_passes(tmp_path):
    load_checkpoint(write(tmp_path / 'epoch_1.pth'))
    torch.save(dict(weight=torch.ones(3)), tmp_path / 'weights.pth')
    load_checkpoint(str(tmp_path / 'weights.pth'))


def test_a_checkpoint_in_the_old_format_of_torch_passes(tmp_path):
    torch.save(dict(weight=torch.ones(3)), tmp_path / 'old.pth', _use_new_zipfile_serialization=False)
    load_checkpoint(tmp_path / 'old.pth')


def test_a_missing_one_and_a_folder_are_no_checkpoint(tmp_path):
    for path in (tmp_path / 'epoch_7.pth', tmp_path):
        with pytest.raises(FileNotFoundError, match=f'There is no checkpoint {path}'):
            load_checkpoint(path)


@pytest.mark.parametrize('url', ['https://example.com/a.pth', 'http://example.com/a.pth', 's3://bucket/a.pth'])
def test_one_on_another_machine_is_refused(url):
    with pytest.raises(ValueError, match=f'{url} is not on this machine. Download it'):
        load_checkpoint(url)


@checks_content
@pytest.mark.parametrize('share', [0, 0.01, 0.5, 0.99])
def test_a_damaged_one_is_named(tmp_path, share):
    path = cut_short(write(tmp_path / 'epoch_1.pth'), share)
    with pytest.raises(ValueError, match=f'{path} is damaged or no checkpoint'):
        load_checkpoint(path)


@checks_content
@pytest.mark.parametrize('content', [
    b'some text\n', b'epoch,loss\n1,0.5\n', b'hello', b'}', b'(', b'N.', b'\x80', b'\x80\x02}.', b'a', b'\x00' * 100,
    pickle.dumps(3), b'\x89PNG\r\n\x1a\n', 'Häme'.encode('latin-1'), b'0', b'.', b'PK\x03\x04 and no more'])
def test_a_file_of_another_kind_is_refused_by_its_name(tmp_path, content):
    path = tmp_path / 'other.pth'
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f'^{path} is '):
        load_checkpoint(path)


@pytest.mark.parametrize(('content', 'said'), [
    ([1, 2], 'a list'), (torch.ones(3), 'a Tensor'), (7, 'a int'), (None, 'a NoneType'),
    ({}, 'no weights, but nothing'), (dict(epoch=3), 'no weights, but epoch'),
    (dict(state_dict=[1]), 'a list as state_dict'), ({0: torch.ones(2)}, 'weights without names'),
    (dict(state_dict={}, meta=[1]), 'a list as meta')])
def test_what_is_no_checkpoint_is_named_by_what_it_holds(tmp_path, content, said):
    path = tmp_path / 'w.pth'
    torch.save(content, path)
    with pytest.raises(ValueError, match=f'^{path} is no checkpoint: it holds {said}. Give a file that mmhaze train '):
        load_checkpoint(path)


@pytest.mark.parametrize(('content', 'said'), [(b'', 'it is empty'), (b'epoch,loss', 'it does not begin as')])
def test_a_file_of_another_kind_says_so_in_words(tmp_path, content, said):
    (tmp_path / 'w.pth').write_bytes(content)
    with pytest.raises(ValueError, match=rf'w.pth is damaged or no checkpoint \({said}'):
        load_checkpoint(tmp_path / 'w.pth')


@pytest.mark.parametrize('meta', [{}, None, dict(dataset_meta=[1]), dict(dataset_meta=dict(classes=None))])
def test_a_checkpoint_that_does_not_name_its_classes_has_none(meta):
    assert classes_of(dict(meta=meta)) == ()
    assert classes_of(dict(meta=dict(dataset_meta=dict(classes=['a', 'b'])))) == ('a', 'b')


@pytest.mark.parametrize('without', ['meta', 'optimizer', 'message_hub'])
def test_weights_alone_are_no_state_to_go_on_from(without):
    state = dict(state_dict={}, meta=dict(epoch=1, iter=4), optimizer={}, message_hub={})
    check_goes_on(state, 'w.pth')
    del state[without]
    lacking = 'epoch, iter' if without == 'meta' else without
    with pytest.raises(ValueError, match=f'^w.pth holds no state of the optimizer to go on from: it has no {lacking}. '
                                         '.*load_from=w.pth'):
        check_goes_on(state, 'w.pth')


@checks_content
@pytest.mark.parametrize('new_format', [True, False])
def test_foreign_code_is_refused_by_name_and_nothing_of_it_is_run(tmp_path, new_format):
    flag, path = tmp_path / 'flag', tmp_path / 'gift.pth'
    torch.save(dict(state_dict=dict(weight=torch.ones(3)), meta=Code(flag)), path,
               _use_new_zipfile_serialization=new_format)
    with pytest.raises(ValueError, match=f'{path} is refused.*(posix|nt).system.*Nothing was run') as refused:
        load_checkpoint(path)
    assert not flag.exists()
    assert 'weights_only' not in str(refused.value)  # torch's advice is to switch the check off


@checks_content
def test_whatever_bytes_are_changed_the_answer_is_yes_or_a_reason(tmp_path, rng):
    path = write(tmp_path / 'epoch_1.pth')
    whole = path.read_bytes()
    pickled = whole.index(b'archive/data.pkl') if b'archive/data.pkl' in whole else whole.index(b'data.pkl')
    for _ in range(150):
        data = bytearray(whole)
        for place in rng.integers(pickled, pickled + 900, rng.integers(1, 4)):
            data[place] = rng.integers(256)
        path.write_bytes(data)
        try:
            load_checkpoint(path)
        except ValueError as refused:
            assert str(path) in str(refused)

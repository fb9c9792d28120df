from __future__ import annotations

import os
from pathlib import Path

import pytest

from mmhaze.io.files import inside, locate, read_json, write_whole

ROOT = Path('data', 'set')


@pytest.mark.parametrize('name', ['a.png', 'level_0/a.png', './a.png', 'b/../a.png', '..a/b.png', 'a..png', ''])
def test_a_path_below_the_folder_is_taken(name):
    assert inside(ROOT, name, 'manifest.csv, line 2') == ROOT / name


@pytest.mark.parametrize('name', ['/etc/passwd', '../a.png', 'b/../../a.png', '..', './..', 'a/b/../../../c', '//x'])
def test_a_path_that_leaves_the_folder_is_refused_with_its_place(name):
    with pytest.raises(ValueError, match=r'manifest\.csv, line 2 names .* outside of data/set'):
        inside(ROOT, name, 'manifest.csv, line 2')


@pytest.mark.parametrize('data, says', [
    (b'', 'is damaged, as where it is cut short'), (b'{"a": 1', 'is damaged'), (b'\xff', 'is damaged'),
    (b'[' * 100_000, 'is damaged'), (b'[1]', 'holds a list instead of names')])
def test_json_that_is_no_object_is_told_with_the_file(tmp_path, data, says):
    (tmp_path / 'a.json').write_bytes(data)
    with pytest.raises(ValueError, match=rf'a\.json {says}'):
        read_json(tmp_path / 'a.json')


def test_what_cannot_be_written_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / 'a.txt'
    write_whole(path, b'before')
    monkeypatch.setattr('mmhaze.io.files.os.fsync', lambda _: (_ for _ in ()).throw(OSError(28, 'No space left')))
    with pytest.raises(OSError, match=r'No space left.*a\.txt'):
        write_whole(path, b'after')
    assert path.read_bytes() == b'before' and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.sep == '\\', reason='backslashes separate folders here')
def test_backslashes_separate_folders_where_there_is_such_a_file_and_are_named_elsewhere(tmp_path):
    for name in ('trip/day 1/a.png', 'b\\c.png', 'b/c.png', ' d.png'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert locate(tmp_path, 'trip\\day 1\\a.png', 'x.csv') == tmp_path / 'trip/day 1/a.png'
    assert locate(tmp_path, 'b\\c.png', 'x.csv') == tmp_path / 'b\\c.png'
    assert locate(tmp_path, ' trip/day 1/a.png ', 'x.csv') == tmp_path / 'trip/day 1/a.png'
    assert locate(tmp_path, ' d.png', 'x.csv') == tmp_path / ' d.png'
    with pytest.raises(ValueError, match=r'x\.csv, line 3 names trip\\e\.png, whose backslashes .* Write trip/e\.png'):
        locate(tmp_path, 'trip\\e.png', 'x.csv, line 3')
    with pytest.raises(ValueError, match=r'names C:\\me\\trip\\day 1\\a\.png, .* Write trip/day 1/a\.png,'):
        locate(tmp_path, 'C:\\me\\trip\\day 1\\a.png', 'x.csv, line 3')
    with pytest.raises(ValueError, match='outside of'):
        locate(tmp_path / 'trip', '..\\b\\c.png', 'x.csv')

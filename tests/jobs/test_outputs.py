from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from mmhaze.io.search import mark_output
from mmhaze.jobs.outputs import GrowingTable, OutputFolder, encode_picture


def read(path):
    with path.open(newline='', encoding='utf-8', errors='surrogateescape') as lines:
        return list(csv.DictReader(lines))


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob('*')
            if path.is_file() and path.name != '.mmhaze-output'}


def test_a_table_has_its_name_once_it_is_closed_and_each_row_at_once_before(tmp_path):
    path = tmp_path / 'new' / 'a.csv'
    rows = [dict(file='a, "b".jpg', share='0.5'), dict(file='caf\udce9.jpg', share='')]
    with GrowingTable(path, ['file', 'share']) as table:
        for count, row in enumerate(rows, 1):
            table.add(row)
            assert read(path.with_name('.a.csv.part')) == rows[:count] and not path.exists()
    assert read(path) == rows
    assert files(tmp_path) == {'new/a.csv'}


def test_a_table_keeps_its_rows_where_the_job_fails(tmp_path):
    with pytest.raises(KeyboardInterrupt), GrowingTable(tmp_path / 'a.csv', ['file']) as table:
        table.add(dict(file='a'))
        raise KeyboardInterrupt
    assert read(tmp_path / 'a.csv') == [dict(file='a')]


def test_an_old_table_stays_until_the_new_one_is_closed(tmp_path):
    (tmp_path / 'a.csv').write_text('file\nold\n')
    with GrowingTable(tmp_path / 'a.csv', ['file']) as table:
        table.add(dict(file='new'))
        assert read(tmp_path / 'a.csv') == [dict(file='old')]
    assert read(tmp_path / 'a.csv') == [dict(file='new')]


def fill(folder, names, table_name):
    mark_output(folder / 'masks')
    mark_output(folder / 'overlays')
    for name in names:
        for path in (folder / 'masks' / f'{name}.png', folder / 'overlays' / f'{name}.jpg'):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    (folder / table_name).write_text('\n'.join(['file', *names]) + '\n')


@pytest.mark.parametrize('table_name', ['t.csv', '.t.csv.part'])
def test_a_new_job_removes_what_the_one_before_left_and_nothing_else(table_name, tmp_path):
    out = tmp_path / 'out'
    fill(out, ['a.jpg', 'trip/far/b.png'], table_name)
    (out / 'overlays' / 'clip.mp4').touch()
    with (out / table_name).open('a') as table:
        table.write('clip.mp4\n../../mine\n/etc/none\n')
    for mine in ('masks/c.jpg.png', 'masks/a.jpg', 'overlays/trip/own.txt', 'notes.txt'):
        (out / mine).touch()
    (tmp_path / 'mine.png').touch()
    OutputFolder(out, ['t.csv'], ['overlays', 'masks'], ['masks']).begin()
    assert files(tmp_path) == {'mine.png', 'out/masks/c.jpg.png', 'out/overlays/trip/own.txt', 'out/notes.txt'}
    assert not (out / 'masks' / 'trip').exists()


def test_a_folder_that_mmhaze_did_not_make_is_left_alone(tmp_path):
    fill(tmp_path, ['a.jpg'], 't.csv')
    (tmp_path / 'masks' / '.mmhaze-output').unlink()
    OutputFolder(tmp_path, ['t.csv'], ['overlays', 'masks'], []).begin()
    assert files(tmp_path) == {'masks/a.jpg.png'}


def test_a_table_of_somebody_else_is_no_reason_to_remove_pictures(tmp_path):
    fill(tmp_path, ['a.jpg'], 't.csv')
    (tmp_path / 't.csv').write_bytes(b'name;\xff\x00\na.jpg;1\n')
    OutputFolder(tmp_path, ['t.csv'], ['overlays', 'masks'], []).begin()
    assert files(tmp_path) == {'masks/a.jpg.png', 'overlays/a.jpg.jpg'}


@pytest.mark.parametrize('inside', ['masks/a.png', 'masks/trip/a.png'])
def test_an_input_that_might_be_overwritten_is_refused(inside, tmp_path):
    folder = OutputFolder(tmp_path / 'x' / '..' / 'out', ['t.csv'], ['masks'], [])
    folder.refuse_as_input([tmp_path / 'out' / 'a.png', tmp_path / 'out' / 'masks2' / 'a.png'])
    (tmp_path / 'out').mkdir()
    (tmp_path / 'link').symlink_to(tmp_path / 'out')
    with pytest.raises(ValueError, match='where this run would write'):
        folder.refuse_as_input([tmp_path / 'a.png', tmp_path / 'link' / inside])


def test_pictures_are_encoded_and_what_a_format_cannot_hold_is_refused(rng):
    img = rng.integers(0, 256, (20, 30, 3), np.uint8)
    np.testing.assert_array_equal(cv2.imdecode(np.frombuffer(encode_picture(img, '.png'), np.uint8), 1), img)
    assert encode_picture(img, '.jpg').startswith(b'\xff\xd8')
    with pytest.raises(ValueError, match=r'65501 x 2 pixels do not go into a \.jpg file'):
        encode_picture(np.zeros((2, 65501), np.uint8), '.jpg')

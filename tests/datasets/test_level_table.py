from __future__ import annotations

from pathlib import Path

import pytest

from mmhaze.datasets import HazeLevelDataset
from mmhaze.datasets.level_table import read_table
from mmhaze.datasets.sources import open_source

from .test_listing import listed, root, touch  # noqa: F401  a fixture


def test_lines_of_path_and_level_as_mmpretrain_has_them(root):  # noqa: F811
    touch(root, 'a b.png', 'sub/c.png')
    (root / 'train.txt').write_text('a b.png 2\n\nsub/c.png 0\n')
    assert listed(HazeLevelDataset(str(root), 'train.txt')) == [('a b.png', 2), ('sub/c.png', 0)]
    (root / 'train.txt').write_text('a b.png 2\nsub/c.png\n')
    with pytest.raises(ValueError, match=r"train.txt, line 2 has the level 'sub/c.png'"):
        HazeLevelDataset(str(root), 'train.txt')


def test_a_column_split_is_taken_without_being_asked_for(root):  # noqa: F811
    touch(root, *(f'{name}.png' for name in 'abcd'))
    (root / 'manifest.csv').write_text('file,level,split\na.png,0,train\nb.png,1,val\nc.png,4,test\nd.png,0,train\n')
    parts = {part: listed(HazeLevelDataset(str(root), part=part)) for part in ('train', 'val', 'test')}
    assert parts == dict(train=[('a.png', 0), ('d.png', 0)], val=[('b.png', 1)], test=[('c.png', 4)])
    assert len(HazeLevelDataset(str(root), part=None)) == 4
    assert len(HazeLevelDataset(str(root), part='val').CLASSES) == 5  # those of the set, not of the part
    with pytest.raises(ValueError, match=r"no photo with 'valid' in its column split, only 'train' \(2\), 'val' \(1\)"):
        HazeLevelDataset(str(root), part='valid')


def test_the_photo_is_the_scene_where_no_column_is_called_so(root):  # noqa: F811
    touch(root, 'a.png')
    (root / 'manifest.csv').write_text('file,photo,level\na.png,p1,0\n')
    assert HazeLevelDataset(str(root)).get_data_info(0)['scene'] == 'p1'
    (root / 'manifest.csv').write_text('file,photo,scene,level\na.png,p1,s1,0\n')
    assert HazeLevelDataset(str(root)).get_data_info(0)['scene'] == 's1'


def test_a_table_says_the_parts_of_every_split(root):  # noqa: F811
    root.mkdir()
    (root / 'm.csv').write_text('file,level,split,split_random\na.png,0,train,test\n')
    photo, = read_table(root / 'm.csv', root)
    assert photo.parts == {'': 'train', 'random': 'test'} and photo.path == root / 'a.png'


def test_one_who_collects_what_is_wrong_with_rows_gets_the_others(root):  # noqa: F811
    root.mkdir()
    (root / 'm.csv').write_text('file,level,beta\na.png,0,x\nb.png,1,0.1\nc.png,,0.1\n')
    problems: list[Exception] = []
    assert [photo.path.name for photo in read_table(root / 'm.csv', root, report=problems.append)] == ['b.png']
    assert ['line 2' in str(problems[0]), 'line 4' in str(problems[1])] == [True, True]


@pytest.mark.parametrize(('name', 'table'), [
    ('manifest.csv', 'file,level\n../secret.png,0\n'), ('manifest.csv', 'file,level\n/etc/hostname,0\n'),
    ('manifest.csv', 'file,level,depth\na.png,0,../../depth.npy\n'), ('photos.txt', '../secret.png 0\n')])
def test_a_table_that_names_files_elsewhere_is_refused(tmp_path, name, table):
    (tmp_path / name).write_text(table)
    with pytest.raises(ValueError, match=rf'{name}, line \d names .* outside of'):
        read_table(tmp_path / name, tmp_path)


@pytest.mark.parametrize('file', ['levels.csv', 'levels.tsv', 'levels.TXT'])
def test_a_table_of_a_spreadsheet_is_read(root, file):  # noqa: F811
    touch(root, 'trip/a.png', 'b.png', 'depth.png')
    text = ('File\tLevel \tSplit\tSplit Scene\tBeta\tVisibility\tDepth\t\r\n'
            'trip\\a.png \t0,0\tTrain\ttest\t0,01\t299,57\tdepth.png\t\r\n'
            'b.png\t 2\tval\ttrain\t\tinf\t\t\r\n\t\t\r\n')
    (root / file).write_bytes((text if file != 'levels.csv' else text.replace('\t', ';')).encode('utf-16'))
    first, second = read_table(root / file, root, split='Scene' if file == 'levels.TXT' else 'scene')
    assert (first.path, first.level) == (root / 'trip/a.png', 0) and (second.path, second.level) == (root / 'b.png', 2)
    assert first.parts[''] == 'train' and set(first.parts.values()) == {'train', 'test'}
    assert first.known == dict(beta=.01, visibility=299.57, depth_path=str(root / 'depth.png'))
    assert second.known == dict(visibility=float('inf')) and second.where.endswith(f'{file}, line 3')


def test_lines_of_path_and_level_may_be_parted_by_tabs_or_commas(root):  # noqa: F811
    (root.parent / 'train.txt').write_text('a b.png\t2\nc.png   0\na b.png,1\na, b.png ;3\n')
    assert [(photo.path.name, photo.level) for photo in read_table(root.parent / 'train.txt', root)] == [
        ('a b.png', 2), ('c.png', 0), ('a b.png', 1), ('a, b.png', 3)]


def test_a_number_that_may_be_two_is_told_with_the_line(root):  # noqa: F811
    touch(root, 'a.png')
    (root / 'levels.csv').write_text('file;level;visibility\na.png;0;1,000\n')
    with pytest.raises(ValueError, match=r"line 2 has the visibility '1,000', wanted .* may be 1000 or 1.000"):
        read_table(root / 'levels.csv', root)


def write(folder: Path, *rows: str, header: str = 'file,level') -> Path:
    touch(folder, *(row.split(',')[0] for row in rows))
    (folder / 'levels.csv').write_text('\n'.join([header, *rows]) + '\n')
    return folder / 'levels.csv'


@pytest.mark.parametrize(('names', 'order'), [
    (('50 m', '2 km', ' 300m'), ('2 km', '300m', '50 m')), (('dense', 'clear', 'light'), ('clear', 'light', 'dense'))])
def test_levels_may_be_said_by_visibility_or_words(root, names, order):  # noqa: F811
    write(root, *(f'{number}.png,{name}' for number, name in enumerate(names)))
    dataset = HazeLevelDataset(str(root), 'levels.csv')
    assert order == dataset.CLASSES
    assert [level for _, level in listed(dataset)] == [order.index(name.strip()) for name in names]


def test_names_in_a_table_are_those_of_classes_where_these_are_given(root):  # noqa: F811
    write(root, 'a.png,oslo', 'b.png,rome')
    with pytest.raises(ValueError, match=r"levels oslo, rome in .*csv has the least haze\? .*=\['oslo', 'rome'\]"):
        HazeLevelDataset(str(root), 'levels.csv')
    dataset = HazeLevelDataset(str(root), 'levels.csv', classes=['rome', 'oslo'])
    assert listed(dataset) == [('a.png', 1), ('b.png', 0)]


def test_a_part_knows_the_levels_of_the_whole_table(root):  # noqa: F811
    write(root, 'a.png,50 m,train', 'b.png,1 km,val', 'c.png,300 m,train', header='file,level,split')
    assert listed(HazeLevelDataset(str(root), 'levels.csv')) == [('a.png', 2), ('c.png', 1)]


def test_a_name_longer_than_any_file_can_have_is_told_with_the_table(root):  # noqa: F811
    root.mkdir()
    (root / 'levels.csv').write_text(f'file,level\n{"x" * 300}/a.png,0\n')
    with pytest.raises(FileNotFoundError, match=r'levels\.csv, line 2 names .* which does not exist'):
        HazeLevelDataset(str(root), 'levels.csv')
    assert open_source(root / 'levels.csv').photos[0].level == 0  # the doctor says that it cannot be read


def test_a_level_may_be_called_level_n(root):  # noqa: F811
    write(root, 'a.png,level_2', 'b.png,Level 1', 'c.png,3')
    assert [level for _, level in listed(HazeLevelDataset(str(root), 'levels.csv'))] == [2, 1, 3]


def test_a_word_among_numbers_is_told_with_its_line(root):  # noqa: F811
    for line, rows in ((3, ('a.png,0', 'b.png,dense')), (2, ('b.png,dense', 'a.png,0'))):
        with pytest.raises(ValueError, match=f"line {line} has the level 'dense', wanted an integer"):
            read_table(write(root, *rows), root)

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mmhaze.datasets import HazeLevelDataset, HazelLevel
from mmhaze.datasets.listing import natural, read_folders, read_table


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / 'mine'


def touch(root: Path, *names: str) -> Path:
    """Makes empty files, which a listing does not open."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def listed(dataset: HazeLevelDataset) -> list[tuple[str, int]]:
    """Path below the folder of the data set, and level, of each sample."""
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    return [(Path(info['img_path']).relative_to(dataset.data_root).as_posix(), info['gt_label']) for info in infos]


# folders

@pytest.mark.parametrize('ann_file', ['', None])
def test_a_folder_a_level_is_a_data_set(root, ann_file):
    touch(root, 'level_1/x.JPG', 'level_0/b.png', 'level_0/a.jpeg')
    dataset = HazeLevelDataset(str(root), ann_file)
    assert listed(dataset) == [('level_0/a.jpeg', 0), ('level_0/b.png', 0), ('level_1/x.JPG', 1)]
    assert dataset.CLASSES == ('level_0', 'level_1')


def test_linked_folders_are_followed_and_what_is_passed_over_is_counted(root):
    touch(root, 'level_0/a.png', 'level_0/a.xmp', '.thumbs/a.png', 'notes.md')
    touch(root.parent / 'disk', 'b.png', 'more/c.png', 'd.mp4')
    (root / 'level_1').symlink_to(root.parent / 'disk')
    (root / 'level_0' / 'round').symlink_to(root / 'level_0')
    dataset = HazeLevelDataset(str(root), '')
    assert listed(dataset) == [('level_0/a.png', 0), ('level_1/b.png', 1), ('level_1/more/c.png', 1)]
    assert str(dataset.passed) == (
        'Passed over: 1 video (give each alone), 1 linked folder that is gone through under another name '
        f'({root}/level_0/round), 1 hidden folder ({root}/.thumbs), 2 files that are no photo (.md, .xmp).')


def test_level_10_comes_after_level_9_and_photo_10_after_photo_9(root):
    touch(root, *(f'level_{level}/{number}.png' for level in range(12) for number in (9, 10, 100)))
    wanted = [(f'level_{level}/{number}.png', level) for level in range(12) for number in (9, 10, 100)]
    assert listed(HazeLevelDataset(str(root), '')) == wanted


def test_names_sort_as_people_sort_them():
    names = ['a', 'A1', 'a2', 'a02b', 'a10', 'b', '9', '10', '10.5', '10.10']
    assert sorted(names, key=natural) == ['9', '10', '10.5', '10.10', 'a', 'A1', 'a2', 'a02b', 'a10', 'b']


def test_other_names_with_numbers_are_levels_in_natural_order(root):
    touch(root, 'pm 100/a.png', 'pm 9/b.png', 'pm 20/c.png')
    dataset = HazeLevelDataset(str(root), '')
    assert dict(listed(dataset)) == {'pm 9/b.png': 0, 'pm 20/c.png': 1, 'pm 100/a.png': 2}
    assert dataset.CLASSES == ('pm 9', 'pm 20', 'pm 100')


def test_classes_name_the_folders_in_order(root):
    touch(root, 'dense/a.png', 'clear/b.png', 'light/c.png')
    dataset = HazeLevelDataset(str(root), '', classes=['clear', 'light', 'dense'])
    assert listed(dataset) == [('clear/b.png', 0), ('light/c.png', 1), ('dense/a.png', 2)]
    assert dataset.CLASSES == ('clear', 'light', 'dense')


def test_without_numbers_and_classes_nobody_knows_which_folder_is_the_clearest(root):
    touch(root, 'dense/a.png', 'clear/b.png', 'light/c.png')
    with pytest.raises(ValueError, match=r'Which of the folders clear, dense, light in .*mine has the least haze\?'):
        HazeLevelDataset(str(root), '')


def test_classes_may_say_what_the_folders_level_n_stand_for(root):
    touch(root, *(f'level_{level}/a.png' for level in range(9)))
    assert listed(HazelLevel(str(root), '')) == [(f'level_{level}/a.png', level) for level in range(9)]
    assert HazelLevel(str(root), '').CLASSES[8] == '60 m'


@pytest.mark.parametrize('classes', [['clear', 'ligth', 'dense'], ['clear', 'light'], ['clear', 'light', 'dense', 'x']])
def test_classes_that_are_not_the_folders(root, classes):
    touch(root, 'dense/a.png', 'clear/b.png', 'light/c.png')
    with pytest.raises(ValueError, match=f"has the folders clear, dense, light, and classes says {', '.join(classes)}"):
        HazeLevelDataset(str(root), '', classes=classes)


@pytest.mark.parametrize(('numbers', 'classes', 'highest'), [
    ((0, 1, 3), None, 2), ((1, 2, 3), None, 2), ((0, 1), ['a', 'b', 'c'], 2), ((0, 1, 2), ['a', 'b'], 1)])
def test_a_missing_level_folder_is_said_with_those_that_are_there(root, numbers, classes, highest):
    touch(root, *(f'level_{number}/a.png' for number in numbers))
    there = ', '.join(f'level_{number}' for number in numbers)
    with pytest.raises(ValueError, match=rf'mine has the folders {there}, wanted level_0 to level_{highest}\.'):
        HazeLevelDataset(str(root), '', classes=classes)


def test_photos_lie_at_any_depth_and_what_is_hidden_or_no_photo_is_passed_over(root):
    touch(root, 'level_0/a.png', 'level_0/trip/day 2/b.webp', 'level_0/trip/._b.webp', 'level_0/.thumbs/c.png',
          'level_0/notes.txt', 'level_1/d.tif', '.git/e.png', 'README.md')
    assert dict(listed(HazeLevelDataset(str(root), ''))) == {
        'level_0/a.png': 0, 'level_0/trip/day 2/b.webp': 0, 'level_1/d.tif': 1}


def test_a_folder_without_photos(root):
    touch(root, 'level_0/a.png', 'level_1/notes.txt')
    with pytest.raises(ValueError, match=f'{root}/level_1 holds no photo'):
        HazeLevelDataset(str(root), '')


def test_photos_beside_the_folders(root):
    touch(root, 'level_0/a.png', 'level_1/b.png', 'c.jpg', '.d.jpg', 'e.txt')
    with pytest.raises(ValueError, match=f'{root} has 1 photos beside the folders of the levels, such as c.jpg'):
        HazeLevelDataset(str(root), '')


def test_no_folder_and_no_folders(root):
    with pytest.raises(FileNotFoundError, match=f'There is no folder {root}'):
        HazeLevelDataset(str(root), '')
    with pytest.raises(FileNotFoundError, match=f'{root} holds no folder.*level_0, level_1'):
        HazeLevelDataset(str(touch(root, 'a.png')), '')


def test_a_folder_that_cannot_be_looked_into(root, monkeypatch):
    touch(root, 'level_0/a.png', 'level_0/secret/b.png')
    real = os.scandir

    def scandir(path):
        if Path(path).name == 'secret':
            raise PermissionError(13, 'Permission denied', str(path))
        return real(path)

    monkeypatch.setattr(os, 'scandir', scandir)
    with pytest.raises(OSError, match='secret cannot be looked into: Permission denied'):
        HazeLevelDataset(str(root), '')


def test_folders_of_parts_hold_the_folders_of_levels(root):
    touch(root, 'train/level_0/a.png', 'train/level_1/b.png', 'test/level_0/c.png', 'test/level_1/d.png')
    assert listed(HazeLevelDataset(str(root), '')) == [('train/level_0/a.png', 0), ('train/level_1/b.png', 1)]
    test = HazeLevelDataset(str(root), '', part='test')
    assert listed(test) == [('test/level_0/c.png', 0), ('test/level_1/d.png', 1)]
    assert len(HazeLevelDataset(str(root), '', part=None)) == 4
    with pytest.raises(ValueError, match=r"mine has no folder 'val', only 'train' \(2\), 'test' \(2\)"):
        HazeLevelDataset(str(root), '', part='val')


def test_a_level_has_the_same_number_in_every_part(root):
    """Else a level that train lacks would shift all that come after it."""
    touch(root, 'train/100m/a.png', 'train/300m/b.png', 'test/100m/c.png', 'test/200m/c.png', 'test/300m/d.png')
    with pytest.raises(FileNotFoundError, match=r'no folder .*train/200m, as there is for other parts'):
        HazeLevelDataset(str(root), '', part='test')


def test_levels_beside_the_folders_of_parts(root):
    touch(root, 'train/level_0/a.png', 'level_0/b.png')
    with pytest.raises(ValueError, match='has the folders train and beside them level_0'):
        HazeLevelDataset(str(root), '')


def test_folders_have_no_named_split(root):
    touch(root, 'level_0/a.png')
    with pytest.raises(ValueError, match="folders have no split 'scene'"):
        HazeLevelDataset(str(root), '', split='scene')


def test_one_who_collects_what_is_wrong_gets_the_rest(root):
    touch(root, 'level_0/a.png', 'level_2/b.png', 'level_3/notes.txt', 'c.png')
    problems: list[Exception] = []
    photos, names = read_folders(root, report=problems.append)
    assert [(photo.path.name, photo.level) for photo in photos] == [('a.png', 0), ('b.png', 2)]
    assert names == ('level_0', 'level_1', 'level_2', 'level_3')
    assert [str(problem).split()[1:3] for problem in problems] == [['has', 'the'], ['has', '1'], ['holds', 'no']]


# tables

def test_lines_of_path_and_level_as_mmpretrain_has_them(root):
    touch(root, 'a b.png', 'sub/c.png')
    (root / 'train.txt').write_text('a b.png 2\n\nsub/c.png 0\n')
    assert listed(HazeLevelDataset(str(root), 'train.txt')) == [('a b.png', 2), ('sub/c.png', 0)]
    (root / 'train.txt').write_text('a b.png 2\nsub/c.png\n')
    with pytest.raises(ValueError, match=r"train.txt, line 2 has the level 'sub/c.png'"):
        HazeLevelDataset(str(root), 'train.txt')


def test_a_column_split_is_taken_without_being_asked_for(root):
    touch(root, *(f'{name}.png' for name in 'abcd'))
    (root / 'manifest.csv').write_text('file,level,split\na.png,0,train\nb.png,1,val\nc.png,4,test\nd.png,0,train\n')
    parts = {part: listed(HazeLevelDataset(str(root), part=part)) for part in ('train', 'val', 'test')}
    assert parts == dict(train=[('a.png', 0), ('d.png', 0)], val=[('b.png', 1)], test=[('c.png', 4)])
    assert len(HazeLevelDataset(str(root), part=None)) == 4
    assert len(HazeLevelDataset(str(root), part='val').CLASSES) == 5  # those of the set, not of the part
    with pytest.raises(ValueError, match=r"no photo with 'valid' in its column split, only 'train' \(2\), 'val' \(1\)"):
        HazeLevelDataset(str(root), part='valid')


def test_the_photo_is_the_scene_where_no_column_is_called_so(root):
    touch(root, 'a.png')
    (root / 'manifest.csv').write_text('file,photo,level\na.png,p1,0\n')
    assert HazeLevelDataset(str(root)).get_data_info(0)['scene'] == 'p1'
    (root / 'manifest.csv').write_text('file,photo,scene,level\na.png,p1,s1,0\n')
    assert HazeLevelDataset(str(root)).get_data_info(0)['scene'] == 's1'


def test_a_table_says_the_parts_of_every_split(root):
    root.mkdir()
    (root / 'm.csv').write_text('file,level,split,split_random\na.png,0,train,test\n')
    photo, = read_table(root / 'm.csv', root)
    assert photo.parts == {'': 'train', 'random': 'test'} and photo.path == root / 'a.png'


def test_one_who_collects_what_is_wrong_with_rows_gets_the_others(root):
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
def test_a_table_of_a_spreadsheet_is_read(root, file):
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


def test_lines_of_path_and_level_may_be_parted_by_tabs(root):
    (root.parent / 'train.txt').write_text('a b.png\t2\nc.png   0\n')
    assert [(photo.path.name, photo.level) for photo in read_table(root.parent / 'train.txt', root)] == [
        ('a b.png', 2), ('c.png', 0)]


def test_a_number_that_may_be_two_is_told_with_the_line(root):
    touch(root, 'a.png')
    (root / 'levels.csv').write_text('file;level;visibility\na.png;0;1,000\n')
    with pytest.raises(ValueError, match=r"line 2 has the visibility '1,000', wanted .* may be 1000 or 1.000"):
        read_table(root / 'levels.csv', root)

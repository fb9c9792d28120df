from __future__ import annotations

import os
from pathlib import Path

import pytest

from mmhaze.datasets import HazeLevelDataset, HazelLevel
from mmhaze.datasets.listing import natural, read_folders


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
        'Passed over: 1 video (for mmhaze haze), 1 linked folder that is gone through under another name '
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


@pytest.mark.parametrize(('names', 'order'), [
    (('50 m', '300 m', '1000 m'), ('1000 m', '300 m', '50 m')),
    (('1km', '2 km', '<50 m', 'clear'), ('clear', '2 km', '1km', '<50 m')),
    (('dense', 'clear', 'light'), ('clear', 'light', 'dense')), (('foggy', 'sunny'), ('sunny', 'foggy')),
    (('beta_0.01', 'beta_0.005'), ('beta_0.005', 'beta_0.01'))])
def test_folders_that_say_how_much_haze_there_is_are_levels_the_least_first(root, names, order):
    touch(root, *(f'{name}/a.png' for name in names))
    dataset = HazeLevelDataset(str(root), '')
    assert listed(dataset) == [(f'{name}/a.png', level) for level, name in enumerate(dataset.CLASSES)]
    assert order == dataset.CLASSES


def test_levels_of_visibility_are_the_same_in_every_part(root):
    touch(root, *(f'{part}/{name}/a.png' for part in ('train', 'test') for name in ('50m', '1 km', 'clear')))
    for part in ('train', 'test'):
        assert dict(listed(HazeLevelDataset(str(root), '', part=part))) == {
            f'{part}/clear/a.png': 0, f'{part}/1 km/a.png': 1, f'{part}/50m/a.png': 2}


@pytest.mark.parametrize('names', [('rome', 'oslo'), ('site1', 'site2'), ('heavy', 'dense'), ('50 m', 'light')])
def test_of_folders_that_do_not_say_it_the_user_is_asked_with_the_line_to_write(root, names):
    touch(root, *(f'{name}/a.png' for name in names))
    shown = sorted(names, key=natural)
    asks = rf'Which of the folders {", ".join(shown)} in .*mine has the least haze\?'
    with pytest.raises(ValueError, match=asks) as asked:
        HazeLevelDataset(str(root), '')
    assert f'the least haze first, as classes={shown!r}' in str(asked.value)
    assert listed(HazeLevelDataset(str(root), '', classes=names))[1] == (f'{names[1]}/a.png', 1)


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

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from mmhaze.io.media import find_media
from mmhaze.io.search import OUTPUT_MARKER
from mmhaze.synthesis.wild_photos import PhotoTable, WildPhoto, find_photos


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def write_list(folder: Path, *lines: str) -> Path:
    path = folder / 'list.csv'
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return path


def test_a_folder_gives_its_photos_at_any_depth_in_the_order_of_other_tools(tmp_path: Path):
    touch(tmp_path, 'b.jpg', 'b/z.PNG', 'b/a/deep.jpeg', 'a-.jpg', 'a/1.jpg', 'B.jpg', 'a.txt', '.hidden.jpg',
          '.x/y.jpg', 'made/level_0/c.jpg', f'made/{OUTPUT_MARKER}')
    photos = list(find_photos(tmp_path))
    assert [photo.name for photo in photos] == ['B.jpg', 'a/1.jpg', 'a-.jpg', 'b/a/deep.jpeg', 'b/z.PNG', 'b.jpg']
    assert [photo.path for photo in photos] == [tmp_path / photo.name for photo in photos]
    assert [photo.name for photo in photos] == list(find_media([str(tmp_path)]).names)


def test_what_a_folder_of_clear_photos_has_besides_is_counted(tmp_path: Path):
    touch(tmp_path, 'a/1.jpg', 'a/2.NEF', 'a/2.xmp', 'depths/1.png')
    assert str(find_photos(tmp_path, without=tmp_path / 'depths').find_passed()) == (
        'Passed over: 1 raw photo (.nef: convert them to TIFF or JPEG), 1 file that is no photo (.xmp).')
    assert not find_photos(write_list(tmp_path, 'photo', 'a/1.jpg')).find_passed().found


def test_a_list_gives_its_photos_in_its_order_each_with_its_depth(tmp_path: Path):
    path = write_list(tmp_path, '\ufeffphoto,depth,kind,scale', 'x/b.jpg,d/b.png,depth,0.01', './a.jpg,d/a.npy,,',
                      'c.jpg,,,')
    assert list(find_photos(path)) == [
        WildPhoto('x/b.jpg', tmp_path / 'x/b.jpg', tmp_path / 'd/b.png', 'depth', 0.01),
        WildPhoto('a.jpg', tmp_path / 'a.jpg', tmp_path / 'd/a.npy'),
        WildPhoto('c.jpg', tmp_path / 'c.jpg')]


@pytest.mark.parametrize(('lines', 'said'), [
    (['file,depth', 'a.jpg,a.png'], r"list\.csv wants the columns photo, .* Found: 'file', 'depth'.*: photo,depth$"),
    (['photo,depth,note', 'a.jpg,a.png,'], 'may have depth, kind and scale'),
    (['photo,depth', 'a.jpg,a.png', ',b.png'], 'line 3 names no photo'),
    (['photo,depth,scale', 'a.jpg,a.png,cm'], "line 2 has the scale 'cm', wanted a number"),
    (['photo,depth', 'a.jpg,a.png', 'b.jpg,b.png', 'b/../a.jpg,c.png'], r'line 4 lists a\.jpg a second time')])
def test_a_list_that_cannot_be_used_is_told_by_its_line(tmp_path: Path, lines: list[str], said: str):
    with pytest.raises(ValueError, match=said):
        list(PhotoTable(write_list(tmp_path, *lines)))


def test_what_is_made_of_a_photo_has_a_place_of_its_own_within_the_set():
    names = ['a.jpg', 'a.png', 'b/a.jpg', '../a.jpg', '../b/a.jpg', '/data/a.jpg', '/data/b/a.jpg', 'b-a.jpg']
    photos = [WildPhoto(name, Path(name)) for name in names]
    assert [photo.place for photo in photos][:3] == names[:3]
    for one, other in combinations(photos, 2):
        assert one.place != other.place and one.key != other.key
    for photo in photos:
        assert '..' not in photo.place and not Path(photo.place).is_absolute() and photo.place.endswith(photo.path.name)


def test_a_folder_or_list_that_is_not_there_is_refused(tmp_path: Path):
    touch(tmp_path, 'a.jpg')
    for name in ('gone', 'a.jpg'):
        with pytest.raises(FileNotFoundError, match=f'{name} is neither a folder'):
            find_photos(tmp_path / name)


def test_a_list_of_a_spreadsheet_is_read(tmp_path: Path):
    touch(tmp_path, 'x/b.jpg', 'd/b.png')
    path = write_list(tmp_path, 'Photo;Depth;Kind;Scale;', 'x\\b.jpg;d\\b.png;depth;0,01;', ';;;;')
    assert list(find_photos(path)) == [WildPhoto('x/b.jpg', tmp_path / 'x/b.jpg', tmp_path / 'd/b.png', 'depth', 0.01)]

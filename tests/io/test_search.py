from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mmhaze.io.search import OUTPUT_MARKER, PassedOver, Search, matches


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def link(folder: Path, name: str, target: Path | str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    os.symlink(target, folder / name)


def search(root: Path, pattern: tuple[str, ...] | None = None) -> tuple[list[str], str]:
    """The photos, and what is said of the rest."""
    passed = PassedOver()
    return list(Search(root, pattern, pass_over=passed.add)), str(passed)


def test_all_that_is_no_photo_is_counted_by_why(tmp_path):
    album = touch(tmp_path / 'album', 'a.JPG', 'b.txt', 'b.XMP', 'c.txt', 'd.mp4', 'e.MOV', 'f.NEF', 'f.dng', '.g.jpg',
                  '.trash/h.jpg', f'out/{OUTPUT_MARKER}', 'out/a.png', 'noext', 'i.svg')
    os.mkfifo(album / 'pipe.jpg')
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(album / 's.png'))
    link(album, 'lost.txt', 'gone.txt')
    link(album, 'self', 'self')
    names, said = search(album)
    assert names == ['a.JPG']
    assert said == (
        'Passed over: 2 videos (for mmhaze haze), 2 raw photos (.dng, .nef: convert them to TIFF or JPEG), 2 links '
        f'that lead nowhere ({album}/lost.txt), 1 hidden folder ({album}/.trash), 1 folder that mmhaze wrote '
        f'({album}/out), 2 pipes, sockets or devices ({album}/pipe.jpg), 1 hidden file, 5 files that are no photo '
        '(.txt, .svg, .xmp, no suffix).')


def test_a_photo_behind_a_link_that_leads_nowhere_is_listed_as_it_is_missed(tmp_path):
    link(tmp_path, 'lost.jpg', 'gone.jpg')
    assert search(tmp_path) == (['lost.jpg'], '')


def test_where_nothing_is_passed_over_nothing_is_said(tmp_path):
    assert search(touch(tmp_path, 'a.jpg', 'b/c.png', OUTPUT_MARKER)) == (['a.jpg', 'b/c.png'], '')


def test_of_many_suffixes_only_the_most_common_are_said(tmp_path):
    touch(tmp_path, *(f'{number}.s{number}' for number in range(9)), 'x.s8')
    assert search(tmp_path)[1] == 'Passed over: 10 files that are no photo (.s8, .s0, .s1, .s2, .s3, 4 others).'


def test_links_to_folders_elsewhere_are_followed(tmp_path):
    touch(tmp_path / 'disk', 'a.jpg', 'more/b.jpg')
    album = touch(tmp_path / 'album', 'c.jpg')
    link(album, 'b', tmp_path / 'disk')
    assert search(album) == (['b/a.jpg', 'b/more/b.jpg', 'c.jpg'], '')
    link(tmp_path, 'way', album)
    assert search(tmp_path / 'way') == (['b/a.jpg', 'b/more/b.jpg', 'c.jpg'], '')


@pytest.mark.parametrize(('name', 'target'), [
    ('a/round', '..'), ('a/round', '../..'), ('0', 'b'), ('0', 'b/c'), ('b/up', '../a')])
def test_each_photo_comes_once_and_under_its_own_name_whatever_the_links(tmp_path, name, target):
    album = touch(tmp_path / 'album', 'a/1.jpg', 'b/c/2.jpg')
    link(album, name, target)
    assert search(album) == (['a/1.jpg', 'b/c/2.jpg'],
                             f'Passed over: 1 linked folder that is gone through under another name ({album / name}).')


def test_two_links_to_a_folder_elsewhere_give_it_once_and_loops_there_end(tmp_path):
    disk = touch(tmp_path / 'disk', 'in/a.jpg')
    link(disk, 'in/loop', disk)
    link(disk, 'back', tmp_path / 'album' / 'c')
    album = touch(tmp_path / 'album', 'c/d.jpg')
    for name in ('x', 'y'):
        link(album, name, disk)
    names, said = search(album)
    assert names == ['c/d.jpg', 'x/in/a.jpg']
    assert said.startswith('Passed over: 3 linked folders that are gone through under other names (')


def test_a_link_to_what_would_be_left_out_under_its_own_name_is_followed(tmp_path):
    album = touch(tmp_path, '.store/a.jpg', 'a.jpg')
    link(album, 'store', '.store')
    assert search(album)[0] == ['a.jpg', 'store/a.jpg']
    assert search(touch(album, 'c/d.jpg'), ('s*', '**'))[0] == ['store/a.jpg']
    link(album, 's3', 'c')  # the pattern leaves out c itself
    assert search(album, ('s*', '**'))[0] == ['s3/d.jpg', 'store/a.jpg']


def test_a_pattern_counts_what_it_matches_and_no_more(tmp_path):
    touch(tmp_path, 'a.jpg', 'a.txt', 'b.png', 'c/d.jpg', 'c/d.txt', '.e/f.jpg')
    assert search(tmp_path, ('*.jpg',)) == (['a.jpg'], '')
    assert search(tmp_path, ('a*',)) == (['a.jpg'], 'Passed over: 1 file that is no photo (.txt).')
    assert search(tmp_path, ('c*',)) == ([], 'Passed over: 1 folder that the pattern matches (end it with /** to enter '
                                             'them).')
    assert search(tmp_path, ('**', '*.jpg')) == (['a.jpg', 'c/d.jpg'],
                                                 f'Passed over: 1 hidden folder ({tmp_path}/.e).')


@pytest.mark.parametrize(('path', 'pattern', 'whole', 'partly'), [
    ('a', '**', True, True), ('a/b', '**', True, True), ('a/b', '*', False, False), ('a', '*/b', False, True),
    ('a/b', '**/b', True, True), ('b', '**/b', True, True), ('a/b/c', 'a/**/c', True, True),
    ('x/c', 'a/**/c', False, False), ('a/c', 'a/**/c', True, True), ('a', 'a', True, False)])
def test_parts_match_a_pattern_as_glob_has_it(path, pattern, whole, partly):
    parts, wanted = tuple(path.split('/')), tuple(pattern.split('/'))
    assert matches(parts, wanted) == whole and matches(parts, wanted, partly=True) == partly


def test_a_folder_that_cannot_be_looked_into_is_an_error(tmp_path, monkeypatch):
    scandir = os.scandir

    def deny(path):
        if str(path).endswith('secret'):
            raise PermissionError(13, 'Permission denied', str(path))
        return scandir(path)

    touch(tmp_path, 'a.jpg', 'secret/b.jpg', 'z.jpg')
    monkeypatch.setattr(os, 'scandir', deny)
    said = f'{tmp_path}/secret cannot be looked into: Permission denied.'
    with pytest.raises(OSError, match=said):
        search(tmp_path)
    told: list[str] = []
    assert list(Search(tmp_path, report=told.append)) == ['a.jpg', 'z.jpg'] and told == [said]

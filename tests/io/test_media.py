from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.io.frames import Frames
from mmhaze.io.media import Photos, Video, find_media, map_in_order, stop_on_interrupt
from mmhaze.io.search import mark_output


@pytest.fixture
def album(tmp_path, monkeypatch):
    """A folder in the current one, with photos and with what is none."""
    for name in ('b.jpg', 'a.PNG', 'trip/c.webp', 'trip-2/d.jpeg', 'trip/far/e.tif', 'notes.txt', 'table.csv',
                 'clip.mp4', '.hidden.jpg', '.thumbs/f.jpg', 'noext'):
        path = tmp_path / 'album' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'')
    monkeypatch.chdir(tmp_path)
    return tmp_path / 'album'


PHOTOS = ('a.PNG', 'b.jpg', 'trip/c.webp', 'trip/far/e.tif', 'trip-2/d.jpeg')


def write_video(path, frames, fps=12.5, code='MJPG'):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), fps, frames[0].shape[1::-1])
    for frame in frames:
        writer.write(frame)
    writer.release()


@pytest.mark.parametrize('source', ['album', './album/', 'album/trip/..'])
def test_a_folder_means_its_photos_at_any_depth_sorted_and_nothing_else(source, album):
    assert find_media([source]) == Photos(album, PHOTOS)


def test_a_pattern_that_matches_nothing_is_said_beside_others(album):
    assert find_media(['album/b.jpg', 'album/*.bmp']) == Photos(album, ('b.jpg',), ('album/*.bmp matches no photo.',))
    with pytest.raises(FileNotFoundError, match='There is no photo in'):
        find_media(['album/*.bmp'])


def test_what_was_written_by_mmhaze_is_not_read_again(album):
    mark_output(album / 'out' / 'masks')
    (album / 'out' / 'masks' / 'a.PNG.png').touch()
    (album / 'out' / 'g.png').touch()
    for source in ('album', 'album/**/*'):
        photos = find_media([source])
        assert set(photos.names) == {*PHOTOS, 'out/g.png'}
    # unless it is asked for
    assert find_media(['album/out/masks']).names == ('a.PNG.png',)


@pytest.mark.parametrize(('pattern', 'names'), [
    ('album/*', ('a.PNG', 'b.jpg')), ('album/*.jpg', ('b.jpg',)), ('album/*/*', ('trip/c.webp', 'trip-2/d.jpeg')),
    ('album/**', PHOTOS), ('album/trip*/**/*.[tw]*', ('trip/c.webp', 'trip/far/e.tif')), ('./album/?.jpg', ('b.jpg',))])
def test_a_pattern_means_the_photos_that_match_it(pattern, names, album):
    assert find_media([pattern]) == Photos(album, names)


def test_brackets_in_the_name_of_a_folder_are_no_pattern(tmp_path, monkeypatch):
    folder = tmp_path / '[2024] trip'
    folder.mkdir()
    for name in ('a.jpg', 'b[1].jpg', 'b1.jpg'):
        (folder / name).touch()
    assert find_media([f'{folder}/*.jpg']) == Photos(folder, ('a.jpg', 'b1.jpg', 'b[1].jpg'))
    assert find_media([f'{folder}/b[1].jpg']).names == ('b[1].jpg',)
    monkeypatch.chdir(folder)
    assert find_media(['b*']).names == ('b1.jpg', 'b[1].jpg')


def test_a_file_given_by_name_is_taken_whatever_its_suffix(album):
    for name in ('b.jpg', 'notes.txt', 'noext', '.hidden.jpg'):
        assert find_media([f'album/{name}']) == Photos(album, (name,))


def test_several_sources_keep_their_order_and_share_a_folder_and_each_photo_comes_once(album):
    assert find_media(['album/trip-2', 'album/trip/c.webp', 'album']) == Photos(
        album, ('trip-2/d.jpeg', 'trip/c.webp', 'a.PNG', 'b.jpg', 'trip/far/e.tif'))


def test_a_home_is_found(album, monkeypatch):
    monkeypatch.setenv('HOME', str(album))
    monkeypatch.setenv('USERPROFILE', str(album))
    assert find_media(['~/*.jpg']).names == find_media(['~/b.jpg']).names == ('b.jpg',)


def test_a_folder_that_cannot_be_looked_into_is_named_and_the_rest_is_found(album, monkeypatch):
    scandir = os.scandir

    def deny(path):
        if str(path).endswith('trip'):
            raise PermissionError(13, 'Permission denied', str(path))
        return scandir(path)

    monkeypatch.setattr(os, 'scandir', deny)
    photos = find_media(['album'])
    assert photos.names == ('a.PNG', 'b.jpg', 'trip-2/d.jpeg')
    assert photos.unlisted == (f'{album / "trip"} cannot be looked into: Permission denied.',)


def test_what_is_passed_over_is_counted_once_over_all_sources_and_said_where_nothing_is_found(album):
    photos = find_media(['album/trip', 'album', 'album/**', 'album/clip*', 'album/*.csv', 'album/trip*'])
    assert str(photos.passed) == ('Passed over: 1 video (for mmhaze haze), 2 folders that the pattern matches (end it '
                                  f'with /** to enter them), 1 hidden folder ({album}/.thumbs), 1 hidden file, 3 files '
                                  'that are no photo (.csv, .txt, no suffix).')
    with pytest.raises(FileNotFoundError, match=r'no photo in album/\*\.mp4.*Passed over: 1 video \(for mmhaze haze'):
        find_media(['album/*.mp4'])


def test_a_pattern_with_a_link_that_leads_round_ends(album):
    (album / 'round').symlink_to(album)
    (album / 'trip' / 'round').symlink_to(album)
    assert find_media(['album/**']).names == PHOTOS


def test_a_video_and_a_camera_are_told_from_photos(album):
    assert find_media(['album/clip.mp4']) == Video(Path('album/clip.mp4'), 'clip.mp4')
    assert find_media(['0']) == Video(0, 'camera0') and find_media(['12']) == Video(12, 'camera12')
    (album.parent / '0').mkdir()
    (album.parent / '0' / 'a.jpg').touch()
    assert find_media(['0']).names == ('a.jpg',)


@pytest.mark.parametrize(('sources', 'got'), [([''], "''"), (['album', ''], "'album', ''"), ([], 'nothing')])
def test_an_empty_name_is_not_the_current_folder(sources, got, album):
    with pytest.raises(ValueError, match=f'^wanted a photo, a folder .*, got {got}'):
        find_media(sources)


@pytest.mark.parametrize(('sources', 'said'), [
    (['gone'], r'nothing at .*gone\. Wanted a photo, a folder'),
    (['album/gone.jpg'], r'nothing at .*gone\.jpg'),
    (['album', 'gone'], r'nothing at .*gone\.'),
    (['-1'], 'nothing at'),
    (['album/*.gif'], r'no photo in album/\*\.gif.*Looked for \.jpg'),
    (['empty'], r'no photo in empty\. .*Looked for \.jpg')])
def test_where_there_is_nothing_the_error_says_what_was_looked_for(sources, said, album):
    (album.parent / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match=said):
        find_media(sources)


def test_a_video_beside_others_is_refused_where_photos_are_wanted(album):
    with pytest.raises(ValueError, match=r'clip\.mp4 is a video, wanted photos'):
        find_media(['album/b.jpg', 'album/clip.mp4'])


def test_videos_of_folders_patterns_and_names_are_found_by_who_goes_through_them(album):
    (album / 'trip' / 'd.MOV').touch()
    (album / '.thumbs' / 'e.mp4').touch()
    videos = (Video(album / 'clip.mp4', 'clip.mp4'), Video(album / 'trip/d.MOV', 'trip/d.MOV'))
    found = find_media(['album'], videos=True)
    assert found == Photos(album, PHOTOS, videos=videos) and ' video' not in str(found.passed)
    assert find_media(['album/**'], videos=True) == found
    assert find_media(['album/*.mp4'], videos=True) == Photos(album, (), videos=videos[:1])
    assert find_media(['album/trip/d.MOV', 'album/clip.mp4'], videos=True) == Photos(album, (), videos=videos[::-1])
    assert find_media(['album/clip.mp4', 'album/b.jpg'], videos=True) == Photos(album, ('b.jpg',), videos=videos[:1])
    assert find_media(['album/clip.mp4'], videos=True) == Video(Path('album/clip.mp4'), 'clip.mp4')
    passed = find_media(['album'])
    assert not passed.videos and '2 videos (for mmhaze haze)' in str(passed.passed)


def test_the_frames_of_a_video_come_in_order_and_with_their_rate(tmp_path):
    write_video(tmp_path / 'a.avi', [np.full((48, 64, 3), 20 * index, np.uint8) for index in range(12)])
    with Frames(Video(tmp_path / 'a.avi', 'a')) as frames:
        assert frames.fps == 12.5 and frames.announced == 12
        read = list(frames)
    assert [frame.shape for frame in read] == [(48, 64, 3)] * 12
    np.testing.assert_allclose([frame.mean() for frame in read], np.arange(12) * 20, atol=3)


@pytest.mark.parametrize(('name', 'content'), [('empty.mp4', b''), ('text.mp4', b'hello'),
                                               ('cut.avi', b'RIFF1234AVI ')])
def test_what_is_no_video_is_refused_by_name(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf'{name} cannot be read as a video'):
        Frames(Video(tmp_path / name, name))


def test_a_camera_that_is_not_there_is_refused_and_opencv_holds_its_tongue(capfd):
    with pytest.raises(ValueError, match='There is no camera 63'):
        Frames(Video(63, 'camera63'))
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize('workers', [1, 3])
def test_results_come_in_the_order_of_the_items(workers):
    def slow_first(item):
        time.sleep(0.02 if item % 3 == 0 else 0)
        return item

    assert list(map_in_order(slow_first, range(20), workers)) == list(range(20))


def test_results_are_worked_out_at_the_same_time():
    together = threading.Barrier(3, timeout=10)
    assert list(map_in_order(lambda item: together.wait() is not None, range(6), 3)) == [True] * 6


def test_only_so_many_items_are_taken_ahead():
    taken = []

    def items():
        for item in range(100):
            taken.append(item)
            yield item

    for index, _ in enumerate(map_in_order(lambda item: item, items(), 2)):
        assert len(taken) <= index + 4
    assert index == 99


def test_a_result_is_given_as_soon_as_it_is_there():
    given, done, ahead = [], [], []

    def items():
        for item in range(6):
            ahead.append(item - len(given))
            yield item
            while item not in done:
                time.sleep(0.01)
            time.sleep(0.05)

    for result in map_in_order(lambda item: done.append(item) or item, items(), 4):
        given.append(result)
    assert given == list(range(6)) and max(ahead) <= 2


def test_a_stop_finishes_what_is_under_way_and_begins_no_more():
    done = []
    results = []
    for result in map_in_order(lambda item: done.append(item) or item, range(1000), 2, lambda: len(results) >= 10):
        results.append(result)
    assert results == list(range(len(results))) and 10 <= len(results) <= 14
    assert sorted(done) == results


def test_an_error_ends_it_and_opencv_gets_its_threads_back():
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        with pytest.raises(ZeroDivisionError):
            list(map_in_order(lambda item: 1 // (5 - item), range(1000), 2))
        assert cv2.getNumThreads() == 3
    finally:
        cv2.setNumThreads(before)


def test_opencv_keeps_to_one_thread_while_there_are_several_workers():
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        assert set(map_in_order(lambda item: cv2.getNumThreads(), range(4), 2)) == {1}
        assert set(map_in_order(lambda item: cv2.getNumThreads(), range(4), 1)) == {3}
    finally:
        cv2.setNumThreads(before)


def test_ctrl_c_is_noted_a_second_one_kills_and_the_handler_comes_back():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stop_on_interrupt() as stopped:
            assert not stopped()
            signal.raise_signal(signal.SIGINT)
            assert stopped()
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)

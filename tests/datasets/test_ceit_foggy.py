from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.datasets import CeitFoggy
from mmhaze.datasets.folds import FOLDS, read_folds

VIDEOS = {'Video1': 'Cloudy', 'Video19': 'Light fog', 'Video24': 'Moderate fog', 'Video43': 'Heavy fog',
          'Video37': 'cloudy (dawn/dusk + rain)'}
LEVELS = {'Video1': 0, 'Video19': 1, 'Video24': 2, 'Video43': 2, 'Video37': 0}


@pytest.fixture
def published(tmp_path) -> Path:
    """Three frames of each video, in folders as published, with the authors' list beside; 16x12."""
    for video in VIDEOS:
        (tmp_path / video).mkdir()
        for number in (1, 2, 10):
            cv2.imwrite(str(tmp_path / video / f'Frame({number}).jpg'), np.full((12, 16, 3), number * 10, np.uint8))
    (tmp_path / '00_gt.txt').write_text('General Weather Condition;Kilometers;Frames\n')
    return tmp_path


@pytest.fixture
def labelled(published) -> Path:
    """The same with ``labels.csv``."""
    with (published / 'labels.csv').open('w', newline='') as lines:
        rows = csv.writer(lines)
        rows.writerow(['file', 'video', 'condition'])
        rows.writerows([f'{video}/Frame({number}).jpg', video, VIDEOS[video]] for video in VIDEOS for number in (1, 2))
    return published


def listed(root: Path) -> list[tuple]:
    return [(photo.path.relative_to(root).as_posix(), photo.level, photo.known['scene'], photo.known['fog'])
            for photo in CeitFoggy.list_photos(root)]


def test_folders_as_published_and_a_table_say_the_same(published, labelled):
    by_table = listed(labelled)
    (labelled / 'labels.csv').unlink()
    by_folders = listed(published)
    assert [row[0] for row in by_folders[:3]] == ['Video1/Frame(1).jpg', 'Video1/Frame(2).jpg', 'Video1/Frame(10).jpg']
    assert set(by_table) < set(by_folders) and len(by_table) == 10 and len(by_folders) == 15
    assert {video: level for _, level, video, _ in by_folders} == LEVELS
    assert {video: fog for _, _, video, fog in by_folders} == VIDEOS


def test_a_fold_tests_its_own_videos_and_trains_on_the_others(published):
    folds = read_folds('ceit_foggy')
    for number in range(1, FOLDS + 1):
        own = {video for video in VIDEOS if folds[video]['fold'] == str(number)}
        for part, wanted in (('test', own), ('train', set(VIDEOS) - own)):
            if wanted:
                dataset = CeitFoggy(str(published), split=f'fold{number}', part=part)
                assert {sample['scene'] for sample in dataset} == wanted
    assert dataset.CLASSES == ('no fog', 'light fog', 'moderate or heavy fog')


def test_folds_are_even_and_each_has_every_level():
    folds = read_folds('ceit_foggy')
    assert len(folds) == 41
    fog = {'Light fog': 1, 'Moderate fog': 2, 'Heavy fog': 2}
    found = Counter((int(row['fold']), fog.get(row['condition'], 0)) for row in folds.values())
    assert set(found) == {(fold, level) for fold in range(1, 6) for level in range(3)}
    for level in range(3):
        counts = [found[fold, level] for fold in range(1, 6)]
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(('row', 'said'), [
    ('Video1/Frame(1).jpg,Video1,Heavy fog', r"line 2 has the condition 'Heavy fog', and Video1 .* 'Cloudy'"),
    ('Video1/Frame(1).jpg,Video99,Cloudy', r"line 2 is of the video 'Video99', .* wanted Video1 to Video44"),
    ('../Frame(1).jpg,Video1,Cloudy', r'labels\.csv, line 2')])
def test_what_the_set_does_not_have_is_named(published, row, said):
    (published / 'labels.csv').write_text(f'file,video,condition\n{row}\n')
    with pytest.raises(ValueError, match=said):
        CeitFoggy.list_photos(published)


def test_a_folder_without_videos_and_none_are_told_apart(tmp_path):
    with pytest.raises(ValueError, match=r'neither labels\.csv nor folders Video1'):
        CeitFoggy.list_photos(tmp_path)
    with pytest.raises(FileNotFoundError, match='Wanted the folder Ceit-Foggy of github'):
        CeitFoggy.list_photos(tmp_path / 'nothing')


def test_the_real_frames_are_all_read(shared_data):
    photos = CeitFoggy.list_photos(shared_data / 'ceit_foggy')
    assert len(photos) == 1617 and all(photo.path.is_file() for photo in photos)
    assert len({photo.known['scene'] for photo in photos}) == 28

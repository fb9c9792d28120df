from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.datasets import CameraVisibility
from mmhaze.datasets.folds import read_folds

ROWS = [('a.jpg', '20200201', '20000.0'), ('b.jpg', '20200202', '9999'), ('c.jpg', '20200203', '1000'),
        ('d.jpg', '20200204', '200'), ('e.jpg', '20200206', '112.5')]


def write(root: Path, rows: list[tuple[str, str, str]] = ROWS) -> Path:
    for file, *_ in rows:
        cv2.imwrite(str(root / file), np.full((12, 16, 3), 90, np.uint8))
    (root / 'labels.csv').write_text('file,day,visibility_m\n' + ''.join(f'{",".join(row)}\n' for row in rows))
    return root


def test_frames_have_their_metres_their_level_and_their_day(tmp_path):
    dataset = CameraVisibility(str(write(tmp_path)), part=None)
    assert [sample['visibility'] for sample in dataset] == [20000, 9999, 1000, 200, 112.5]
    assert [sample['censored'] for sample in dataset] == [True, False, False, False, False]
    assert [sample['gt_label'] for sample in dataset] == [0, 1, 2, 3, 3]
    assert dataset[0]['scene'] == '20200201' and dataset.CLASSES[3] == 'below 200 m'


def test_a_fold_tests_its_own_days(tmp_path):
    root = str(write(tmp_path))
    test = CameraVisibility(root, split='fold1', part='test')
    assert [sample['scene'] for sample in test] == ['20200201', '20200206']
    assert len(CameraVisibility(root, split='fold1', part='train')) == 3


def test_folds_are_even_and_neighbouring_days_are_apart():
    folds = [int(row['fold']) for row in read_folds('camera_visibility').values()]
    assert len(folds) == 29 and set(Counter(folds).values()) == {5, 6}
    assert all(first != second for first, second in zip(folds, folds[1:]))


@pytest.mark.parametrize(('row', 'said'), [
    (('a.jpg', '20210101', '90'), r"labels\.csv, line 2 is of the day '20210101', wanted one of 20200201 to 20200229"),
    (('a.jpg', '20200201', 'far'), "line 2 has the visibility 'far'"), (('a.jpg', '20200201', '0'), 'metres above 0')])
def test_what_the_set_does_not_have_is_named(tmp_path, row, said):
    with pytest.raises(ValueError, match=said):
        CameraVisibility.list_photos(write(tmp_path, [row]))


def test_without_a_table_it_says_what_is_wanted(tmp_path):
    with pytest.raises(FileNotFoundError, match='columns file, day and visibility_m'):
        CameraVisibility.list_photos(tmp_path)


def test_the_real_frames_are_all_read(shared_data):
    photos = CameraVisibility.list_photos(shared_data / 'benchmark_visibility')
    assert len(photos) == 640 and all(photo.path.is_file() for photo in photos)
    assert len({photo.known['scene'] for photo in photos}) == 20

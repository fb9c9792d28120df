from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.datasets import PhotoScenes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``rows.png`` counts its rows in blue and its columns in green, ``grey.png`` is grey."""
    rows, columns = np.mgrid[:160, :200].astype(np.uint8)
    cv2.imwrite(str(tmp_path / 'rows.png'), np.dstack([rows, columns, rows * 0]))
    cv2.imwrite(str(tmp_path / 'grey.png'), np.full((100, 100, 3), 128, np.uint8))
    return tmp_path


def test_a_sample_is_a_section_of_its_photo_with_depth(folder):
    scenes = PhotoScenes(folder, ['rows.png', 'grey.png'], count=4, seed=3, size=(32, 48))
    sample = scenes[2]
    rows, columns = sample['img'][..., 0].astype(int), sample['img'][..., 1].astype(int)
    assert (np.diff(rows, axis=0) > 0).all() and (np.diff(columns, axis=1) > 0).all()  # upright, not mirrored
    assert 0.5 * 160 < np.ptp(rows) < 160 and 0.5 * 200 < np.ptp(columns) < 200
    assert (scenes[1]['img'] == 128).all() and scenes[1]['img'].shape == (32, 48, 3)
    assert sample['depth'].shape == (32, 48) and sample['depth'].dtype == np.float32


def test_a_sample_is_the_same_each_time_and_another_one_is_not(folder):
    first, again = (PhotoScenes(folder, ['rows.png'], count=2, seed=1) for _ in range(2))
    for key in ('img', 'depth'):
        np.testing.assert_array_equal(first[0][key], again[0][key])
        assert not np.array_equal(first[0][key], first[1][key])


def test_a_missing_photo_is_named_before_training_begins(folder):
    with pytest.raises(FileNotFoundError, match=r'no photo .*none\.png.*data_root'):
        PhotoScenes(folder, ['rows.png', 'none.png'], count=2)
    with pytest.raises(ValueError, match='got none'):
        PhotoScenes(folder, [], count=2)

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.studies import road_photos
from mmhaze.synthesis.wild_photos import find_photos

FILES = ('kitti_road/image/a.jpg', 'road_clear/image/a.png', 'street_clear/image/b.jpg',
         'cityscapes_demo/c_left_half.png')
DEPTHS = ('kitti_road/depth_pred_cm/a.png', 'road_clear/depth_pred_cm/a.png', 'street_clear/depth_pred_cm/b.png',
          'cityscapes_demo/c_disparity_half.png')


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for file in (*FILES, *DEPTHS):
        path = tmp_path / 'photos' / file
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), np.zeros((4, 6, 3), np.uint8))
    return tmp_path / 'photos'


def test_the_list_leads_to_every_photo_and_its_depth_from_where_it_lies(photos, tmp_path):
    road_photos.main([str(photos), '--out', str(tmp_path / 'data/list.csv')])
    found = list(find_photos(tmp_path / 'data/list.csv'))
    assert [photo.name for photo in found] == [f'../photos/{file}' for file in FILES]
    assert [photo.path.resolve() for photo in found] == [photos / file for file in FILES]
    assert [photo.depth.resolve() for photo in found] == [photos / file for file in DEPTHS]
    assert [(photo.kind, photo.scale) for photo in found] == [(None, 0.01)] * 3 + [('cityscapes', None)]


def test_a_photo_without_depth_is_named(photos, tmp_path):
    (photos / DEPTHS[1]).unlink()
    with pytest.raises(FileNotFoundError, match=r'road_clear/image/a\.png has no depth'):
        road_photos.main([str(photos), '--out', str(tmp_path / 'list.csv')])
    assert not (tmp_path / 'list.csv').exists()

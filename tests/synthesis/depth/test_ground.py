from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from mmhaze.synthesis.depth.ground import GroundPlane

PHOTO = np.zeros((200, 300, 3), np.uint8)


def test_a_point_of_the_ground_is_where_a_pinhole_camera_sees_it():
    depth = GroundPlane(camera_height=1.4, horizon=0.5, focal=250.0).depth_of(Path('a.jpg'), PHOTO)
    assert depth.shape == (200, 300) and depth.dtype == np.float32
    assert np.isinf(depth[:100]).all() and np.isfinite(depth[100:]).all()
    for row in (100, 130, 199):
        # a ray through the middle of the row, down until it is 1.4 m below the camera
        down, forward = row + 0.5 - 100, 250.0
        np.testing.assert_allclose(depth[row], 1.4 / down * forward, rtol=1e-6)


def test_the_focal_length_goes_with_the_longer_side():
    wide, tall = (GroundPlane().depth_of(Path('a.jpg'), np.zeros(shape, np.uint8))
                  for shape in ((200, 300, 3), (300, 200, 3)))
    # a row is as many pixels below the horizon in both
    np.testing.assert_allclose(wide[199, 0], tall[int(300 * 0.45 + 200 * 0.55) - 1, 0], rtol=1e-5)
    np.testing.assert_allclose(wide[199, 0] * (199.5 - 90), 1.5 * 0.8 * 300, rtol=1e-5)


def test_the_name_tells_every_number():
    assert GroundPlane().name == 'ground camera_height=1.5 horizon=0.45'
    assert GroundPlane(2, 0.3, 700).name == 'ground camera_height=2 horizon=0.3 focal=700'


def test_it_can_be_sent_to_another_process():
    assert pickle.loads(pickle.dumps(GroundPlane(2.0))) == GroundPlane(2.0)


@pytest.mark.parametrize('options', [dict(camera_height=0), dict(horizon=-0.1), dict(horizon=1), dict(focal=0),
                                     dict(camera_height=float('nan'))])
def test_an_impossible_camera_is_refused(options: dict):
    with pytest.raises(ValueError, match='camera_height is in metres'):
        GroundPlane(**options)

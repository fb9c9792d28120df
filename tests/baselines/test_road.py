from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmhaze.baselines import FRIDA2_CAMERA, RoadCamera, RoadTrees, column_sums, road_bands, road_features
from mmhaze.baselines.road import DISTANCES
from mmhaze.baselines.road_trees import _slopes

SHAPE = (480, 640)
OTHER = RoadCamera(257.6 / 480, 802.2 / 480)


def draw_road(camera: RoadCamera, beta: float = 0.02, albedo: float = 0.35) -> np.ndarray:
    """White fog over a flat road of one grey with three lane markings that meet at the horizon."""
    rows = (np.arange(480)[:, None] + 0.5) / 480
    depth = np.where(rows > camera.horizon, camera.reach / np.maximum(rows - camera.horizon, 1e-6), np.inf)
    photo = np.full(SHAPE, albedo)
    horizon = camera.horizon * 480
    for foot in (80, 300, 560):
        cv2.line(photo, (320, round(horizon)), (round(320 + (foot - 320) * 480 / (480 - horizon)), 720), 0.8, 3)
    photo = 1 + (photo - 1) * np.exp(-beta * depth)
    return np.repeat((255 * photo).round().astype(np.uint8)[..., None], 3, axis=2)


def test_rows_and_distances_are_inverse_and_as_a_pinhole_camera_has_them():
    # 1.2 m over the road, focal length 800 pixels of 480 rows: h f = 960 metres times pixels
    camera = RoadCamera(0.5, 960 / 480)
    assert camera.distance(np.array([(240 + 96) / 480])) == pytest.approx(10)
    np.testing.assert_allclose(camera.distance(camera.row(DISTANCES)), DISTANCES)


@pytest.mark.parametrize(('horizon', 'reach'), [(0.2, 1.0), (1.0, 0.1), (0.5, 0.0), (0.5, 2.26), (float('nan'), 1.0)])
def test_a_camera_that_does_not_see_the_bands_is_refused(horizon, reach):
    with pytest.raises(ValueError, match='A road camera has its horizon'):
        RoadCamera(horizon, reach)


@pytest.mark.parametrize('camera', [FRIDA2_CAMERA, OTHER])
def test_bands_are_means_over_the_rows_between_two_distances(camera):
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (*SHAPE, 3), np.uint8)
    found = road_bands(column_sums(photo), camera)
    assert found.shape == (5, 27, 80)
    # the slow way: 100 slices of each row
    between = np.concatenate([[4.1], np.sqrt(DISTANCES[:-1] * DISTANCES[1:]), [112]])
    slices = (np.arange(48000) + 0.5) / 48000
    distance = np.where(slices > camera.horizon, camera.reach / np.maximum(slices - camera.horizon, 1e-9), np.inf)
    fine = np.repeat(photo[:, 8:16].mean(1) / 255, 100, axis=0)
    for band, (near, far) in enumerate(zip(between[:-1], between[1:])):
        inside = (distance > near) & (distance < far)
        np.testing.assert_allclose(found[:3, 26 - band, 1], fine[inside].mean(0), atol=0.02)
    above = (slices > camera.horizon - 118 / 480) & (slices < camera.horizon - 107 / 480)
    np.testing.assert_allclose(found[:3, 0, 1], fine[above].mean(0), atol=1e-3)


def test_texture_is_the_change_to_the_right_and_downwards():
    stripes = np.zeros((*SHAPE, 3), np.uint8)
    stripes[:, 1::2] = 100
    found = road_bands(column_sums(stripes), FRIDA2_CAMERA)
    np.testing.assert_allclose(found[3, :, :79], 100 / 255, rtol=1e-5)
    np.testing.assert_allclose(found[4], 0)


@pytest.mark.parametrize('beta', [0.01, 0.03, 0.05])
@pytest.mark.parametrize('albedo', [0.15, 0.5])
def test_the_slope_is_beta_whatever_the_albedo(beta, albedo):
    photo = draw_road(FRIDA2_CAMERA, beta, albedo)
    road = road_bands(column_sums(photo), FRIDA2_CAMERA)[0, 10:]
    middle = _slopes(road, 1.0)[19 + 2 + 3 * 24]  # the median of the fourth range, 8 to 17 m, two bands apart
    assert middle == pytest.approx(beta, rel=0.1)


def test_photos_of_another_size_are_scaled(rng):
    photo = cv2.GaussianBlur(rng.integers(0, 256, (*SHAPE, 3), np.uint8), (0, 0), 9)
    large = cv2.resize(photo, (1280, 960), interpolation=cv2.INTER_NEAREST)
    np.testing.assert_array_equal(column_sums(large), column_sums(photo))


def test_features_are_finite_for_odd_photos():
    for photo in (np.zeros((1, 1, 3), np.uint8), np.full((33, 700, 3), 255, np.uint8)):
        features = road_features(photo)
        assert features.shape == (RoadTrees.size,)
        assert np.isfinite(features).all()


@pytest.mark.slow
def test_trees_tell_fogs_of_a_road_apart_that_they_have_never_seen():
    def photos(albedo: float) -> list[np.ndarray]:
        return [draw_road(camera, beta, albedo) for beta in (0.01, 0.03, 0.05) for camera in (FRIDA2_CAMERA, OTHER)]
    levels = [0, 0, 1, 1, 2, 2]
    trees = RoadTrees(3, 60).fit(photos(0.2) + photos(0.3) + photos(0.4) + photos(0.5), 4 * levels)
    assert trees.predict(photos(0.35)).tolist() == levels


@pytest.mark.parametrize('call', [road_features, column_sums])
def test_what_is_no_photo_is_refused(call):
    with pytest.raises(ValueError, match='wanted a photo'):
        call(np.zeros((5, 5), np.uint8))

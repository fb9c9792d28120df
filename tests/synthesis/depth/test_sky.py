from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.io.photo import read_photo
from mmhaze.synthesis.depth.depth_files import read_depth, read_depth_of
from mmhaze.synthesis.depth.sky import find_sky, set_sky_far
from mmhaze.synthesis.scenes import render_scene

WALL, CLOUD, BLUE, GREY = (150, 140, 130), (245, 245, 245), (220, 180, 140), (180, 180, 180)


def street(sky: tuple[int, int, int], above: float,
           shape: tuple[int, int] = (120, 160)) -> tuple[np.ndarray, np.ndarray]:
    """A photo with something flat of the colour ``sky`` in the upper half, ``above`` metres away, and its depth."""
    rng = np.random.default_rng(0)
    photo = rng.integers(20, 100, (*shape, 3), dtype=np.uint8)
    photo[:shape[0] // 2] = sky
    depth = np.full(shape, above, np.float32)
    depth[shape[0] // 2:] = 10
    return depth, photo


@pytest.mark.slow
@pytest.mark.parametrize('seed', range(12))
def test_the_sky_of_a_drawn_street_is_found(seed: int):
    photo, depth = render_scene(seed)
    sky = depth > 999
    found = find_sky(depth, photo)
    assert (found & sky).sum() > 0.8 * (found | sky).sum()
    assert (found & ~sky).sum() < 0.005 * sky.size


@pytest.mark.parametrize('seed', [0, 1, 2, 4, 6, 7, 8, 9, 10])  # the others are overcast
def test_a_blue_sky_is_found_though_a_network_thinks_it_near(seed: int):
    photo, depth = render_scene(seed)
    sky = depth > 999
    found = find_sky(np.where(sky, 15, depth), photo)
    assert (found & sky).sum() > 0.8 * (found | sky).sum()


@pytest.mark.parametrize(('colour', 'above', 'is_sky'), [
    (CLOUD, 8, True), (BLUE, 8, True), (GREY, 8, False), (GREY, 60, True), (WALL, 8, False),
    ((110, 130, 20), 60, False),  # a hill
])
def test_light_decides_and_where_it_does_not_depth_does(colour: tuple[int, int, int], above: float, is_sky: bool):
    depth, photo = street(colour, above)
    found = find_sky(depth, photo)
    assert found[:58].all() == is_sky and found[:58].any() == is_sky
    assert not found[62:].any()


def test_sky_without_a_way_to_the_top_is_not_sky():
    depth, photo = street(CLOUD, 500)
    photo[:10] = (20, 60, 30)
    assert not find_sky(depth, photo).any()


def test_a_cloud_with_rough_edges_is_sky_and_a_tree_before_it_is_not():
    depth, photo = street(BLUE, 500)
    rng = np.random.default_rng(0)
    photo[15:35, 20:60] = rng.integers(170, 250, (20, 40, 1), dtype=np.uint8)
    photo[20:60, 100:120] = rng.integers(10, 80, (40, 20, 3), dtype=np.uint8)
    found = find_sky(depth, photo)
    assert found[15:35, 20:60].mean() > 0.95
    assert not found[22:60, 102:118].any()


def test_a_white_house_against_the_sky_is_not_a_cloud():
    depth, photo = street(BLUE, 500)
    photo[30:60, 50:110] = (200, 215, 225)
    photo[30:32, 48:112] = 90  # its roof
    photo[30:60, 48:50] = photo[30:60, 110:112] = 90
    assert not find_sky(depth, photo)[34:58, 54:106].any()


def test_flipping_the_photo_flips_the_sky():
    photo, depth = render_scene(6)
    found = find_sky(depth, photo)
    assert (find_sky(depth[:, ::-1], photo[:, ::-1]) != found[:, ::-1]).mean() < 0.002


@pytest.mark.parametrize('factor', [0.5, 3])
def test_the_size_of_the_photo_does_not_matter(factor: float):
    photo, depth = render_scene(6)
    size = (int(320 * factor), int(240 * factor))
    sky = cv2.resize((depth > 999).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    found = find_sky(np.where(sky, 1000.0, 10.0), cv2.resize(photo, size, interpolation=cv2.INTER_AREA))
    assert found.shape == sky.shape and (found != sky).mean() < 0.02


@pytest.mark.parametrize('above', [np.inf, 500.0])
def test_sky_may_be_infinitely_far_already_and_all_there_is(above: float):
    photo = np.full((60, 80, 3), GREY, np.uint8)
    assert find_sky(np.full((60, 80), above), photo).all()
    assert find_sky(*street(GREY, above))[:58].all()


def test_only_the_sky_is_set_far():
    depth, photo = street(CLOUD, 8)
    before = depth.copy()
    far = set_sky_far(depth, photo)
    assert far.dtype == depth.dtype
    np.testing.assert_array_equal(far, np.where(find_sky(depth, photo), np.inf, depth))
    np.testing.assert_array_equal(depth, before)


def test_depth_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r'size of the photo, \(4, 5\), got \(5, 4\)'):
        find_sky(np.ones((5, 4)), np.zeros((4, 5, 3), np.uint8))


# By eye: the share of sky in the photo, and pixels, as shares of height and width, that are sky and that are not
@pytest.mark.parametrize(('name', 'share', 'is_sky', 'is_not'), [
    ('kitti_road/cardetector_000000', 0.0, [], [(0.2, 0.1), (0.3, 0.3)]),  # a wall of blue tiles
    ('kitti_road/cardetector_000026', 0.0, [], [(0.3, 0.95), (0.3, 0.7)]),  # a white house in the shade
    ('kitti_road/cardetector_000027', 0.35, [(0.1, 0.1), (0.3, 0.9)], [(0.8, 0.5), (0.5, 0.65)]),
    ('kitti_road/pydnet_0000000006', 0.25, [(0.1, 0.1), (0.1, 0.6)], [(0.8, 0.5), (0.4, 0.8)]),
    ('road_clear/bdd_clear', 0.12, [(0.1, 0.2)], [(0.5, 0.35), (0.9, 0.5), (0.2, 0.6)]),
    ('road_clear/mapillary_clear_3', 0.27, [(0.1, 0.1), (0.3, 0.4), (0.05, 0.15)], [(0.3, 0.9), (0.8, 0.5)]),
    ('street_clear/6000318', 0.0, [], [(0.3, 0.3), (0.2, 0.6)]),
    ('street_clear/9004294', 0.45, [(0.1, 0.1), (0.5, 0.95)], [(0.6, 0.6), (0.9, 0.5)]),
])
def test_real_photos_have_the_sky_that_people_see(shared_data: Path, name: str, share: float, is_sky: list,
                                                  is_not: list):
    folder, stem = name.split('/')
    path = shared_data / folder / 'image' / f'{stem}.jpg'
    photo = read_photo(path)
    depth = read_depth_of(path, photo, shared_data / folder / 'depth_pred_cm' / f'{stem}.png', scale=0.01)
    sky = find_sky(depth, photo)
    np.testing.assert_allclose(sky.mean(), share, atol=0.03)
    height, width = sky.shape
    assert all(sky[int(y * height), int(x * width)] for y, x in is_sky)
    assert not any(sky[int(y * height), int(x * width)] for y, x in is_not)


def test_in_cityscapes_the_sky_of_a_street_canyon_is_found(shared_data: Path):
    stem = shared_data / 'cityscapes_demo' / 'cologne_000088_000019'
    sky = find_sky(read_depth(f'{stem}_disparity_half.png', 'cityscapes'), read_photo(f'{stem}_left_half.png'))
    assert sky[20:120, 440:520].all() and not sky[200:].any() and not sky[:, :280].any()

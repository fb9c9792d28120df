from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from mmhaze.datasets import duplicates
from mmhaze.datasets.duplicates import EDGE, SAME_SCENE, SIDE, detail, find_closest, find_copies, fingerprint, mirror
from mmhaze.io.photo import read_photo
from mmhaze.synthesis.make_hazel_level import NEAR_DUPLICATES

STREETS = range(8)


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Of two photos."""
    _, value = find_closest(detail(one)[None], detail(other)[None])
    return float(value[0])


def slow_detail(photo: np.ndarray) -> np.ndarray:
    """The detail spelled out with scipy, of a photo whose sides are multiples of 36; (32, 32) float64."""
    blue, green, red = np.moveaxis(photo.astype(float), 2, 0)
    grey = np.round(0.114 * blue + 0.587 * green + 0.299 * red)
    height, width = grey.shape
    side = SIDE + 2 * EDGE
    small = grey.reshape(side, height // side, side, width // side).mean((1, 3))
    fine = (small - gaussian_filter(small, 1, mode='mirror'))[2:34, 2:34]
    fine = fine - fine.mean(axis=1)[:, None]
    return fine / (np.sqrt(gaussian_filter(fine**2, 6, mode='mirror', truncate=4)) + 0.5)


def encode(photo: np.ndarray, suffix: str, *settings: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(suffix, photo, settings)[1], cv2.IMREAD_COLOR)


# what is the same scene

def test_a_scene_is_known_at_any_two_levels_of_haze(street):
    for seed in STREETS:
        details = np.stack([detail(street(seed, beta)) for beta in (0, 0.005, 0.01, 0.02, 0.05)])
        for one in details:
            _, values = find_closest(details, one[None])
            assert values.min() >= SAME_SCENE, seed


def test_a_scene_is_known_in_another_fog(street):
    for seed in STREETS:
        assert similarity(street(seed, 0.02), street(seed, 0.02, 'cloudy-heterogeneous')) >= SAME_SCENE


def test_scenes_are_told_apart_in_whatever_haze(street):
    for beta, other_beta in ((0, 0), (0, 0.05), (0.05, 0.05)):
        details = np.stack([detail(street(seed, beta)) for seed in STREETS])
        others = np.stack([detail(street(seed, other_beta)) for seed in STREETS])
        _, values = find_closest(details, others, np.array(STREETS), np.array(STREETS))
        assert values.max() < SAME_SCENE - 0.1


@pytest.mark.parametrize('change', [
    lambda photo: encode(photo, '.jpg', cv2.IMWRITE_JPEG_QUALITY, 30),
    lambda photo: cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    lambda photo: cv2.resize(photo, (64, 64), interpolation=cv2.INTER_AREA),
    lambda photo: cv2.resize(photo, None, fx=2.3, fy=2.3, interpolation=cv2.INTER_CUBIC),
    lambda photo: photo[2:-2, 3:-3],
    lambda photo: (255 * (photo / 255)**0.7).round().astype(np.uint8),
], ids=['JPEG', 'half', 'square', 'enlarged', 'trimmed', 'brightened'])
def test_a_photo_is_known_when_it_was_saved_in_another_way(street, change):
    for seed in STREETS:
        assert similarity(street(seed), change(street(seed))) >= 0.75


def test_haze_that_comes_with_the_row_does_not_make_photos_alike(rng):
    """As in photos hazed by the depth of a flat plain."""
    rows = np.linspace(0, 1, 256)[:, None, None]
    hazy = [((1 - rows) * 230 + rows * rng.random((256, 256, 3)) * 200).astype(np.uint8) for _ in range(2)]
    assert similarity(*hazy) < 0.2


@pytest.mark.slow
def test_real_scenes_are_told_apart_but_for_those_that_differ_in_a_car(shared_data):
    paths = sorted(shared_data.glob('frida*/LIma-*.png'))
    names = [f'{path.parent.name}-{path.stem[-6:]}' for path in paths]
    group_of = {name: number for number, group in enumerate(NEAR_DUPLICATES) for name in group}
    details = np.stack([detail(read_photo(path)) for path in paths])
    alike = set()
    for index, name in enumerate(names):
        others = np.arange(len(names)) != index
        _, values = find_closest(details[others], details[index][None])
        alike.update(tuple(sorted((name, names[place])))
                     for place in np.flatnonzero(others)[values >= SAME_SCENE])
    assert ('frida2-000061', 'frida2-000062') in alike
    assert all(group_of[one] == group_of[other] for one, other in alike)
    hazy = sorted(shared_data.glob('frida/*080-*.png'))
    index, values = find_closest(np.stack([detail(read_photo(path)) for path in hazy]), details)
    assert len(hazy) == 72 and (values >= SAME_SCENE).mean() > 0.9
    assert [names[place][-6:] for place in index] == [path.stem[-6:] for path in hazy]


# how it is worked out

def test_the_detail_is_what_a_slow_one_spells_out(street):
    photo = street(1, 0.05)[:216, :288]
    wanted = slow_detail(photo)
    got = detail(photo).astype(float).reshape(SIDE, SIDE)
    np.testing.assert_allclose(got / 127, wanted / np.abs(wanted).max(), atol=0.012)


@pytest.mark.parametrize('flat', [
    np.full((60, 80, 3), 200, np.uint8), np.zeros((1, 1, 3), np.uint8),
    np.tile(np.linspace(90, 250, 240).astype(np.uint8)[:, None, None], (1, 320, 3))], ids=['grey', 'black', 'sky'])
def test_a_photo_that_shows_nothing_has_no_detail_and_resembles_none(flat, street):
    assert not detail(flat).any()
    assert similarity(flat, flat) == 0 == similarity(flat, street(0))


def test_noise_is_no_detail_and_neither_is_the_falling_off_of_a_lens(rng):
    y, x = np.mgrid[-1:1:480j, -1:1:640j]
    dense = 200 - 12 * (x**2 + y**2)[..., None] + rng.normal(0, 2, (480, 640, 3))
    assert not detail(dense.round().astype(np.uint8)).any()


def test_what_is_left_in_dense_haze_is_finer_than_a_grey_level_and_still_detail(street):
    clear = street(2, 0).astype(float)
    dithered = np.random.default_rng(0).uniform(-0.5, 0.5, clear.shape)
    dense = (220 + (clear - 220) * 0.03 + dithered).round().astype(np.uint8)
    assert np.ptp(dense.astype(int)) < 12
    assert similarity(dense, street(2, 0)) >= SAME_SCENE


def test_the_mirrored_detail_is_the_detail_of_the_mirrored_photo(street):
    details = np.stack([detail(street(seed)) for seed in STREETS])
    mirrored = np.stack([detail(street(seed)[:, ::-1]) for seed in STREETS])
    np.testing.assert_allclose(mirror(details).astype(int), mirrored, atol=1)
    assert similarity(street(0), street(0)[:, ::-1]) < SAME_SCENE


@pytest.mark.parametrize(('queries', 'others'), [(1024, 8192), (3, 4), (1, 1)])
def test_the_closest_is_that_of_a_loop_over_all_pairs(rng, monkeypatch, queries, others):
    monkeypatch.setattr(duplicates, '_QUERIES', queries)
    monkeypatch.setattr(duplicates, '_OTHERS', others)
    mine, theirs = (rng.integers(-127, 128, (count, 1024), dtype=np.int8) for count in (7, 13))
    my_groups, their_groups = rng.integers(-1, 3, 7), rng.integers(-1, 3, 13)
    theirs[5] = 0
    index, values = find_closest(mine, theirs, my_groups, their_groups)
    for row in range(7):
        wanted = [-1 if my_groups[row] == group >= 0 else
                  np.dot(mine[row].astype(float), other) / max(1, np.linalg.norm(mine[row].astype(float)) *
                                                               np.linalg.norm(other.astype(float)))
                  for other, group in zip(theirs, their_groups)]
        assert index[row] == np.argmax(wanted)
        assert values[row] == pytest.approx(max(wanted), abs=1e-5)


def test_where_all_are_of_ones_own_group_there_is_none(street):
    details = np.stack([detail(street(0))])
    _, values = find_closest(details, details, np.array([4]), np.array([4]))
    assert values[0] == -1
    _, values = find_closest(details, details, np.array([-1]), np.array([-1]))
    assert values[0] == pytest.approx(1)


# copies

def test_a_fingerprint_depends_on_every_pixel_and_on_the_shape(rng):
    photo = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    other = photo.copy()
    other[-1, -1, 2] ^= 1
    reshaped = photo.reshape(60, 40, 3)
    assert fingerprint(photo).size == (60, 40)
    assert fingerprint(photo).digest == fingerprint(np.asfortranarray(photo)).digest
    assert len({fingerprint(one).digest for one in (photo, other, reshaped, photo[:, ::-1])}) == 4


def test_copies_are_grouped():
    assert find_copies([b'a', b'b', b'a', b'c', b'b', b'a']) == [[0, 2, 5], [1, 4]]

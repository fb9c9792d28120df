from __future__ import annotations

import doctest
import io
import tracemalloc
from importlib import import_module

import cv2
import numpy as np
import pytest
from PIL import Image

import mmhaze
from mmhaze.haze_map import HazeEstimator, HazeMap
from mmhaze.haze_map.estimator import least_spread
from mmhaze.haze_map.haze_network import Answers
from mmhaze.synthesis.scenes import render_scene


@pytest.fixture(scope='module')
def estimator() -> HazeEstimator:
    return HazeEstimator()


@pytest.fixture(scope='module')
def photo() -> np.ndarray:
    return render_scene(3, (240, 320))[0]


def assert_whole(found: HazeMap, shape: tuple[int, int]) -> None:
    assert 0 <= found.haze <= 1 and 0 < found.spread < 3
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-6)
    for each in (found.transmission, found.sky, found.unsure, found.airlight):
        assert each.dtype == np.float32 and each.min() >= 0 and each.max() <= 1  # and so no NaN
    assert found.transmission.shape == found.sky.shape == found.unsure.shape == shape
    assert found.airlight.shape == (3,)


@pytest.mark.parametrize('shape', [(1, 1), (1, 7), (9, 1), (2, 3), (31, 33), (20, 1500), (1500, 20), (333, 201)])
def test_any_size_has_maps_of_its_size(estimator, rng, shape):
    assert_whole(estimator(rng.integers(0, 256, (*shape, 3), np.uint8)), shape)


@pytest.mark.parametrize('value', [0, 128, 255])
def test_flat_photos_have_an_answer(estimator, value):
    assert_whole(estimator(np.full((48, 64, 3), value, np.uint8)), (48, 64))


def test_each_way_to_give_a_photo_gives_the_same(estimator, photo, tmp_path):
    path = tmp_path / 'some.png'
    cv2.imwrite(str(path), photo)
    content = path.read_bytes()
    expected = estimator(photo)
    for given in (path, str(path), content, io.BytesIO(content), Image.open(path)):
        found = estimator(given)
        assert found.haze == expected.haze
        np.testing.assert_array_equal(found.transmission, expected.transmission)
    assert mmhaze.estimate_haze(photo).haze == expected.haze and isinstance(expected, mmhaze.HazeMap)


def test_grey_and_16_bits_are_as_everywhere(estimator, photo, tmp_path):
    grey = photo[..., 1]
    assert estimator(grey).haze == estimator(np.dstack([grey] * 3)).haze
    deep = tmp_path / 'deep.png'
    cv2.imwrite(str(deep), grey.astype(np.uint16) * 257)
    assert estimator(deep).haze == estimator(grey).haze
    with pytest.raises(ValueError, match=r'uint16.*astype\(np.uint8\)'):
        estimator(grey.astype(np.uint16))


@pytest.mark.parametrize(('given', 'error', 'said'), [
    (None, TypeError, 'the photo is None, wanted a path'), (3, TypeError, 'the photo is an int'),
    (io.StringIO('a.jpg'), TypeError, "the photo is a StringIO that gives no bytes, wanted .*'rb'"),
    ('nothing.jpg', FileNotFoundError, 'nothing.jpg'), (b'text', ValueError, 'the photo cannot be read'),
    (np.zeros((0, 4, 3), np.uint8), ValueError, 'the photo is an array of'), ('', ValueError, "got ''"),
])
def test_what_is_no_photo_is_named(estimator, given, error, said):
    with pytest.raises(error, match=said):
        estimator(given)


def test_the_airlight_has_the_order_of_the_photos_channels(monkeypatch, photo):
    half = np.full((1, 1, 96, 128), 0.5, np.float32)
    airlight = np.array([[0.9, 0.5, 0.1]], np.float32)  # red
    monkeypatch.setattr('mmhaze.haze_map.estimator.load_network', lambda *given: lambda photos: Answers(
        half, 0 * half, half, airlight, np.full((1, 1), 0.1, np.float32)))
    found = HazeEstimator()(photo)
    assert found.airlight.tolist() == airlight[0, ::-1].tolist()
    assert found.haze == 0.5 and found.spread == pytest.approx(0.1)


def test_the_network_sees_rgb_in_the_unit_range(monkeypatch):
    seen = []
    half = np.full((1, 1, 4, 4), 0.5, np.float32)
    monkeypatch.setattr('mmhaze.haze_map.estimator.load_network', lambda *given: lambda photos: (
        seen.append(photos), Answers(half, half, half, np.zeros((1, 3), np.float32), np.ones((1, 1), np.float32)))[1])
    blue = np.zeros((480, 640, 3), np.uint8)
    blue[..., 0] = 255
    HazeEstimator()(blue)
    assert seen[0].shape == (1, 3, 192, 256) and seen[0].dtype == np.float32
    assert seen[0].mean((0, 2, 3)).tolist() == [0, 0, 1]


@pytest.mark.parametrize('size', [(640, 480), (1600, 1200), (3001, 2001)])
def test_a_jpeg_that_is_decoded_small_has_the_haze_of_the_whole(estimator, tmp_path, size):
    clear, _ = render_scene(4, (480, 640))
    path = tmp_path / 'some.jpg'
    cv2.imwrite(str(path), cv2.resize(clear, size, interpolation=cv2.INTER_CUBIC))
    found = estimator(path)
    assert found.haze == pytest.approx(estimator(cv2.imread(str(path))).haze, abs=1e-3)
    assert found.transmission.shape == size[::-1]


@pytest.mark.parametrize('size', [(1200, 700), (700, 1200), (64, 48)])
def test_a_jpeg_that_lies_on_its_side_has_its_upright_size(estimator, tmp_path, size):
    path = tmp_path / 'some.jpg'
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new('RGB', size, (200, 150, 90)).save(path, exif=exif)
    assert estimator(path).transmission.shape == size


@pytest.mark.parametrize('batch_size', [1, 2, 16])
def test_many_are_each_as_if_alone_and_in_order(estimator, batch_size):
    photos = [render_scene(seed, shape)[0] for seed, shape in enumerate([(48, 64), (48, 64), (64, 48), (48, 64)])]
    found = [each.haze for each in estimator.many(iter(photos), batch_size)]
    assert found == [estimator(photo).haze for photo in photos] and len(set(found)) == 4


@pytest.mark.parametrize('batch_size', [2, 3, 16])
def test_batches_of_an_accelerator_hold_photos_of_one_size(monkeypatch, estimator, batch_size):
    photos = [render_scene(seed, shape)[0] for seed, shape in enumerate([(48, 64)] * 3 + [(64, 48)] + [(48, 64)])]
    expected = [estimator(photo).haze for photo in photos]
    sizes = []

    def network(photos: np.ndarray) -> Answers:
        sizes.append(len(photos))
        return estimator._network(photos)

    monkeypatch.setattr('mmhaze.haze_map.estimator.load_network', lambda *given: network)
    found = [each.haze for each in HazeEstimator('cuda').many(photos, batch_size)]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert sizes == ([2, 1, 1, 1] if batch_size == 2 else [3, 1, 1])


def test_many_reads_no_further_than_it_has_to(estimator, photo):
    taken = []

    def photos():
        for place in range(3):
            taken.append(place)
            yield photo

    next(estimator.many(photos()))
    assert taken == [0, 1]


@pytest.mark.slow
def test_maps_of_a_large_photo_take_little_memory_beside_them(estimator):
    large = np.zeros((3000, 4000, 3), np.uint8)
    found = estimator(large)
    tracemalloc.start()
    found.transmission  # noqa: B018
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * 4 * large.shape[0] * large.shape[1]


def test_numbers_that_make_no_sense_are_refused(estimator, photo):
    with pytest.raises(ValueError, match='threads must be at least 1, got 0'):
        HazeEstimator(threads=0)
    with pytest.raises(ValueError, match='batch_size must be at least 1, got 0'):
        next(estimator.many([photo], batch_size=0))


@pytest.mark.parametrize('module', ['estimator', 'level_bounds'])
def test_its_examples_are_so(module):
    ended = doctest.testmod(import_module(f'mmhaze.haze_map.{module}'))
    assert ended.attempted and not ended.failed


@pytest.mark.parametrize('grey', [0, 128, 255])
def test_nobody_is_sure_of_a_blank_photo(grey):
    found = HazeEstimator()(np.full((90, 120, 3), grey, np.uint8))
    assert found.spread >= 0.5 and found.probabilities.max() < 0.85


def test_a_photo_that_shows_something_has_the_spread_of_the_network():
    seen = np.random.default_rng(0).uniform(0.2, 0.8, (1, 48, 64)).astype(np.float32).repeat(3, axis=0)
    assert least_spread(seen) < 1e-3 < least_spread(seen * np.float32(0.3)) < least_spread(seen * 0) == 0.5

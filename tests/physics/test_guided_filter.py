from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmhaze.io.resizing import resize
from mmhaze.physics.guided_filter import guided_filter, guided_upsample


def slow_guided_filter(guide: np.ndarray, image: np.ndarray, radius: int, eps: float) -> np.ndarray:
    """Applied to each pixel's own colours."""
    fit = slow_fit(guide, image, radius, eps)
    return (fit[..., :3] * guide).sum(2) + fit[..., 3]


def slow_fit(guide: np.ndarray, image: np.ndarray, radius: int, eps: float) -> np.ndarray:
    """Window by window: the ridge regression of the image on the guide's colours, by NumPy's least squares; the means
    of a and b over the windows that a pixel lies in, (H, W, 4)."""
    height, width = image.shape
    total, windows = np.zeros((height, width, 4)), np.zeros((height, width, 1))
    for y in range(height):
        for x in range(width):
            window = (slice(max(0, y - radius), y + radius + 1), slice(max(0, x - radius), x + radius + 1))
            colours, values = guide[window].reshape(-1, 3), image[window].ravel()
            count = len(values)
            unknowns = np.hstack([colours, np.ones((count, 1))])
            ridge = np.sqrt(count * eps) * np.eye(3, 4)
            solution = np.linalg.lstsq(np.vstack([unknowns, ridge]), np.hstack([values, np.zeros(3)]), rcond=None)[0]
            total[window] += solution
            windows[window] += 1
    return total / windows


@pytest.mark.parametrize(('shape', 'radius'), [((13, 17), 2), ((9, 6), 4), ((7, 8), 20), ((5, 5), 0)])
@pytest.mark.parametrize('eps', [1e-3, 0.3])
def test_every_window_is_the_ridge_regression_of_the_image_on_the_guide(rng, shape, radius, eps):
    guide, image = rng.random((*shape, 3)), rng.random(shape)
    np.testing.assert_allclose(guided_filter(guide, image, radius, eps),
                               slow_guided_filter(guide, image, radius, eps), atol=1e-9)


def test_float32_is_as_good_as_float64_to_the_fifth_digit(rng):
    guide = cv2.GaussianBlur(rng.random((90, 120, 3)), (0, 0), 3)  # smooth: nearly singular windows
    image = rng.random((90, 120))
    single = guided_filter(guide.astype(np.float32), image.astype(np.float32), 20, 1e-3)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, guided_filter(guide, image, 20, 1e-3), atol=2e-5)


@pytest.mark.skipif(not hasattr(cv2, 'ximgproc'), reason='this OpenCV has no ximgproc; opencv-contrib-python has')
def test_inside_the_borders_it_is_what_opencv_has(rng):
    guide, image = rng.random((60, 80, 3), np.float32), rng.random((60, 80), np.float32)
    theirs = cv2.ximgproc.guidedFilter(guide, image, 5, 1e-3)
    np.testing.assert_allclose(guided_filter(guide, image, 5, 1e-3)[10:-10, 10:-10], theirs[10:-10, 10:-10], atol=1e-4)


def test_an_edge_moves_to_where_the_guide_has_it():
    guide = np.zeros((60, 80, 3))
    guide[:, 40:] = (0.2, 0.6, 0.9)
    image = np.zeros((60, 80))
    image[:, 43:] = 1
    filtered = guided_filter(guide, image, 12, 1e-3)
    step = np.diff(filtered[30])
    assert step.argmax() == 39 and step.max() > 0.6  # the image has its step of 1 at 42


def test_where_the_guide_is_flat_the_image_is_averaged_twice(rng):
    image = rng.random((40, 40))
    filtered = guided_filter(np.full((40, 40, 3), 0.5), image, 3, 1e-3)
    twice = cv2.blur(cv2.blur(image, (7, 7)), (7, 7))
    np.testing.assert_allclose(filtered[6:-6, 6:-6], twice[6:-6, 6:-6], atol=1e-9)


def test_the_inputs_are_left_alone(rng):
    guide, image = rng.random((20, 20, 3)), rng.random((20, 20))
    copies = guide.copy(), image.copy()
    guided_filter(guide, image, 3, 1e-3)
    np.testing.assert_array_equal(guide, copies[0])
    np.testing.assert_array_equal(image, copies[1])


@pytest.mark.parametrize(('change', 'complaint'), [
    (dict(guide=np.zeros((4, 5, 3), np.uint8)), r'guide must be .* got \(4, 5, 3\) uint8'),
    (dict(guide=np.zeros((4, 5))), r'guide must be .* got \(4, 5\)'),
    (dict(image=np.zeros((5, 4))), r'image must be \(4, 5\) float64.*got \(5, 4\)'),
    (dict(image=np.zeros((4, 5), np.float32)), 'got .* float32'),
    (dict(radius=-1), 'radius -1'),
    (dict(eps=0.0), 'eps 0.0'),
])
def test_what_cannot_be_filtered_is_refused(change: dict, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        guided_filter(**{**dict(guide=np.zeros((4, 5, 3)), image=np.zeros((4, 5)), radius=1, eps=1e-3), **change})


@pytest.mark.parametrize(('small', 'large'), [((9, 12), (40, 61)), ((6, 6), (6, 6)), ((8, 10), (5, 7)),
                                              ((1, 1), (3, 4)), ((2, 16), (1, 90))])
def test_upsampling_applies_the_fit_of_the_small_guide_to_the_large_one(rng, monkeypatch, small, large):
    monkeypatch.setattr('mmhaze.physics.guided_filter.BAND', 128)  # several bands
    guide, image = rng.integers(0, 256, (*large, 3), np.uint8), 0.25 + rng.random(small, np.float32) / 2
    fit = slow_fit(resize(guide, small) / 255.0, image, 2, 1e-2)
    grown = np.empty((*large, 4))
    for y in range(large[0]):
        for x in range(large[1]):
            place = [min(max((at + 0.5) * old / new - 0.5, 0), old - 1)
                     for at, old, new in zip((y, x), small, large)]
            grown[y, x] = sum(fit[row, column] * max(0, 1 - abs(place[0] - row)) * max(0, 1 - abs(place[1] - column))
                              for row in range(small[0]) for column in range(small[1]))
    expected = ((grown[..., :3] * (guide / 255.0)).sum(2) + grown[..., 3]).clip(0, 1)
    found = guided_upsample(guide, image, 2, 1e-2)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_upsampling_keeps_an_edge_as_sharp_as_the_photo_has_it():
    guide = np.full((120, 160, 3), (50, 100, 200), np.uint8)
    guide[:, 83:] = 20
    image = resize(np.where(np.arange(160) < 83, np.float32(0.9), np.float32(0.1))[None].repeat(120, 0), (24, 32))
    found = guided_upsample(guide, image, 2, 1e-4)
    step = -np.diff(found[60])
    assert step.argmax() == 82 and step.max() > 0.75
    smooth = cv2.resize(image, (160, 120), interpolation=cv2.INTER_LINEAR)
    assert np.abs(np.diff(smooth[60])).max() < 0.2


@pytest.mark.parametrize(('change', 'complaint'), [
    (dict(guide=np.zeros((4, 5, 3), np.float32)), r'guide must be .* got \(4, 5, 3\) float32'),
    (dict(guide=np.zeros((4, 5), np.uint8)), r'guide must be .* got \(4, 5\)'),
    (dict(image=np.zeros((2, 2))), r'image must be .* float64'),
    (dict(image=np.zeros((2, 2, 1), np.float32)), r'image must be .* got \(2, 2, 1\)'),
    (dict(radius=-1), 'radius -1'),
    (dict(eps=0.0), 'eps 0.0'),
])
def test_what_cannot_be_upsampled_is_refused(change: dict, complaint: str):
    given = dict(guide=np.zeros((4, 5, 3), np.uint8), image=np.zeros((2, 2), np.float32), radius=1, eps=1e-3)
    with pytest.raises(ValueError, match=complaint):
        guided_upsample(**{**given, **change})

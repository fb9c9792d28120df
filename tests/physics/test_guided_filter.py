from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmhaze.physics.guided_filter import guided_filter


def slow_guided_filter(guide: np.ndarray, image: np.ndarray, radius: int, eps: float) -> np.ndarray:
    """Window by window: the ridge regression of the image on the guide's colours, by NumPy's least squares."""
    height, width = image.shape
    total, windows = np.zeros((height, width)), np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            window = (slice(max(0, y - radius), y + radius + 1), slice(max(0, x - radius), x + radius + 1))
            colours, values = guide[window].reshape(-1, 3), image[window].ravel()
            count = len(values)
            unknowns = np.hstack([colours, np.ones((count, 1))])
            ridge = np.sqrt(count * eps) * np.eye(3, 4)
            solution = np.linalg.lstsq(np.vstack([unknowns, ridge]), np.hstack([values, np.zeros(3)]), rcond=None)[0]
            total[window] += (unknowns @ solution).reshape(total[window].shape)
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

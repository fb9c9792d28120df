from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmhaze.io.resizing import fit_within, resize


@pytest.mark.parametrize(('shape', 'size', 'expected'), [((60, 90), 30, (20, 30)), ((90, 60, 3), 30, (30, 20, 3)),
                                                         ((1, 400, 3), 40, (1, 40, 3))])
def test_the_longer_side_gets_the_size_by_the_means_of_areas(rng, shape, size, expected):
    img = rng.integers(0, 256, shape, np.uint8)
    found = fit_within(img, size)
    assert found.shape == expected
    np.testing.assert_array_equal(found, cv2.resize(img, expected[1::-1], interpolation=cv2.INTER_AREA))


@pytest.mark.parametrize('size', [None, 90, 91])
def test_what_fits_stays_as_it_is(size):
    img = np.zeros((60, 90, 3), np.uint8)
    assert fit_within(img, size) is img


def test_means_of_areas_where_it_shrinks_and_lines_where_it_grows(rng):
    img = rng.integers(0, 256, (40, 60, 3), np.uint8)
    np.testing.assert_array_equal(resize(img, (20, 30)), cv2.resize(img, (30, 20), interpolation=cv2.INTER_AREA))
    np.testing.assert_array_equal(resize(img, (80, 90)), cv2.resize(img, (90, 80), interpolation=cv2.INTER_LINEAR))
    # the means of four columns, each row between its neighbours
    ramp = np.float32([[0, 0, 4, 4], [8, 8, 12, 12]])
    assert resize(ramp, (4, 2)).tolist() == [[0, 4], [2, 6], [6, 10], [8, 12]]
    assert resize(img, (40, 60)) is img

from __future__ import annotations

import numpy as np
import pytest

from mmhaze.ucm import haze_filter, haze_segment, segment_haze

from .photos import wall


def test_the_filter_map_is_the_photo_where_there_is_haze_and_black_elsewhere():
    img = wall(beta=0.05)
    regions = segment_haze(img)
    assert 0 < regions.ratio < 1
    filtered = haze_filter(img, regions)
    assert filtered.dtype == np.uint8
    np.testing.assert_array_equal(filtered[regions.mask], img[regions.mask])
    assert not filtered[~regions.mask].any()


def test_the_segment_map_is_the_photo_cut_to_the_box():
    img = wall(beta=0.05)
    regions = segment_haze(img)
    x0, y0, x1, y1 = regions.box
    segment = haze_segment(img, regions)
    np.testing.assert_array_equal(segment, img[y0:y1, x0:x1])
    assert segment.shape != img.shape


def test_without_haze_both_maps_are_the_whole_photo():
    img = np.full((40, 50, 3), 90, np.uint8)
    regions = segment_haze(img)
    for make_map in (haze_filter, haze_segment):
        whole = make_map(img, regions)
        np.testing.assert_array_equal(whole, img)
        assert not np.shares_memory(whole, img)


def test_a_photo_of_another_size_is_refused():
    regions = segment_haze(np.zeros((40, 50, 3), np.uint8))
    for make_map in (haze_filter, haze_segment):
        with pytest.raises(ValueError, match=r'\(40, 50\).*\(50, 40\)'):
            make_map(np.zeros((50, 40, 3), np.uint8), regions)

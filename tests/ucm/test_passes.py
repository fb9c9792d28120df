from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage.filters import rank

from mmhaze.ucm import passes, segment_haze
from mmhaze.ucm.passes import clean, count_pixels, denoise, local_contrast, mask_filter, passed_gates, survey

from .photos import random_photo

needs_compiled = pytest.mark.skipif(passes.compiled is None, reason='nothing could compile the passes here')


def test_local_contrast_is_scipys_maximum_less_minimum(rng):
    img = random_photo(rng, 37, 52)
    for side in (1, 3, 9):
        bright = ndimage.maximum_filter(img.max(2), side, mode='nearest')
        dark = ndimage.minimum_filter(img.min(2), side, mode='nearest')
        np.testing.assert_array_equal(local_contrast(cv2.split(img), side), bright - dark)


def test_a_gate_is_passed_from_its_level_on():
    planes = [np.array([[255, 0, 100, 99]], np.uint8)] * 3
    np.testing.assert_array_equal(passed_gates(planes, 300, 765), [[3, 0, 1, 0]])


def test_pixels_are_counted_by_gates_and_contrast(rng):
    contrast, gates = rng.integers(0, 256, (40, 50), np.uint8), rng.integers(0, 4, (40, 50), np.uint8)
    wanted = [[np.sum((gates == gate) & (contrast == value)) for value in range(256)] for gate in range(4)]
    np.testing.assert_array_equal(count_pixels(contrast, gates), wanted)


def test_counts_are_exact_where_a_float_is_not(monkeypatch):
    monkeypatch.setattr(passes, 'MOST_COUNTED', 100)  # parts of 2 rows, and a last one of 1
    histogram = count_pixels(np.full((7, 50), 9, np.uint8), np.full((7, 50), 1, np.uint8))
    assert histogram[1, 9] == histogram.sum() == 350


@pytest.mark.parametrize('side', [1, 5, 183])  # from 183 on a window's votes do not fit 16 bits
def test_denoise_is_scikit_images_majority_and_a_tie_goes_to_haze(side, rng):
    haze = (rng.random((231, 244)) < 0.5).astype(np.uint8)
    footprint = np.ones((side, side), np.uint8)
    votes, voters = rank.sum(haze.astype(np.uint16), footprint), rank.pop(haze.astype(np.uint16), footprint)
    assert side == 1 or (2 * votes.astype(int) == voters).any()  # windows at the border have an even count
    np.testing.assert_array_equal(denoise(haze, side), 2 * votes.astype(int) >= voters)


def test_mask_filter_is_scipys_minimum(rng):
    haze = (rng.random((31, 44)) < 0.9).astype(np.uint8)
    np.testing.assert_array_equal(mask_filter(haze, 3), ndimage.minimum_filter(haze, 3, mode='nearest'))


@needs_compiled
@pytest.mark.parametrize('shape', [(1, 1), (1, 40), (40, 1), (5, 16), (33, 47), (120, 160), (250, 301)])
def test_the_compiled_passes_are_those_of_opencv(shape, rng, monkeypatch):
    sides = [side for side in (1, 3, 5, 7, 17, 21, 37, 127, 129, 251) if side <= min(shape) + 1]
    for side in sides:
        img = random_photo(rng, *shape)
        gray, fallback = rng.uniform(0, 275), rng.uniform(0, 256)
        surveys, masks = [], []
        for compiled in (passes.compiled, None):
            with monkeypatch.context() as patch:
                patch.setattr(passes, 'compiled', compiled)
                surveys.append(survey(img, side, gray, fallback))
                contrast, gates, _ = surveys[-1]
                limit = min(float(np.median(contrast)) + 0.5, 255)
                masks += [clean(contrast, gates, limit, gate, side, other) for gate in (1, 2) for other in sides]
        for ours, opencvs in zip(*surveys):
            np.testing.assert_array_equal(ours, opencvs)
        np.testing.assert_array_equal(masks[:len(masks) // 2], masks[len(masks) // 2:])


@needs_compiled
@pytest.mark.parametrize('bands', [2, 3, 40, 41])
def test_a_photo_in_bands_has_the_mask_that_it_has_at_once(bands, rng, monkeypatch):
    img = random_photo(rng, 41, 67)
    wanted = segment_haze(img, channel_ratio=0.2, denoise_ratio=0.3, mask_ratio=0.1)
    monkeypatch.setattr('mmhaze.ucm.bands.LEAST_PIXELS', 1)
    monkeypatch.setattr(cv2, 'getNumThreads', lambda: bands)
    monkeypatch.setattr(torch, 'get_num_threads', lambda: bands)
    regions = segment_haze(img, channel_ratio=0.2, denoise_ratio=0.3, mask_ratio=0.1)
    assert 0 < wanted.ratio < 1 and regions.contrast_threshold == wanted.contrast_threshold
    np.testing.assert_array_equal(regions.mask, wanted.mask)


@needs_compiled
def test_the_compiled_passes_refuse_arrays_windows_and_bands_that_do_not_fit():
    img, plane, histogram = np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint8), np.zeros((4, 256), np.int64)

    def survey(img=img, plane=plane, histogram=histogram, first=0, last=4, side=1):
        passes.compiled.survey(img, plane, np.zeros((4, 5), np.uint8), histogram, 4, 5, first, last, side, 0, 0)

    def clean(plane=plane, first=0, last=4, side=1, voters=1):
        passes.compiled.clean(plane, plane, np.zeros((4, 5), np.uint8), 4, 5, first, last, 0, 1, voters, side)

    survey(), clean()
    with pytest.raises(ValueError, match='wanted an array of 60 bytes, got 72'):
        survey(img=np.zeros((4, 6, 3), np.uint8))
    with pytest.raises(ValueError, match='wanted an array of 8192 bytes, got 4096'):
        survey(histogram=histogram[:2])
    for call in (survey, clean):
        with pytest.raises(ValueError, match='wanted an array of 20 bytes, got 15'):
            call(plane=np.zeros((3, 5), np.uint8))
        with pytest.raises((TypeError, ValueError), match=r'contiguous|read-write'):
            call(plane=np.zeros((4, 10), np.uint8)[:, ::2])
        for side in (-1, 0, 2, 11):  # a window is never longer than both sides together
            with pytest.raises(ValueError, match='the side of a window is odd and at most 9, got'):
                call(side=side)
        for first, last in ((-1, 4), (3, 2), (0, 5)):
            with pytest.raises(ValueError, match=f'of 4 rows there are none from {first} to {last}'):
                call(first=first, last=last)
    with pytest.raises(ValueError, match='the side of a window is odd and at most 127, got 129'):
        clean(voters=passes.MOST_COMPILED_VOTERS + 2)

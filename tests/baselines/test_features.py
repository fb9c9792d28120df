from __future__ import annotations

import math

import numpy as np
import pytest

from mmhaze.baselines import SCORES, haze_features, mean_transmission, rms_contrast, spectrum_slope
from mmhaze.baselines.features import FEATURES
from tests.ucm.photos import random_photo, wall


def slow_minimum(values: np.ndarray, half: int) -> np.ndarray:
    """The least value of each clipped window."""
    return np.array([[values[max(0, y - half):y + half + 1, max(0, x - half):x + half + 1].min()
                      for x in range(values.shape[1])] for y in range(values.shape[0])])


def slow_transmission(img: np.ndarray, half: int) -> float:
    dark = slow_minimum(img.min(2), half)
    count = max(1, round(dark.size / 1000))
    limit = sorted(dark.ravel().tolist())[-count]
    airlight = np.mean([pixel for pixel, value in zip(img.reshape(-1, 3), dark.ravel()) if value >= limit], axis=0)
    return float(np.mean(1 - 0.95 * slow_minimum((img / np.maximum(airlight, 1)).min(2), half)))


@pytest.mark.slow
@pytest.mark.parametrize(('shape', 'half'), [((6, 8), 0), ((64, 80), 1), ((161, 170), 2)])
def test_any_photo_has_the_transmission_of_the_slow_loop(shape, half, rng):
    for _ in range(3):
        img = random_photo(rng, *shape)
        assert mean_transmission(img) == pytest.approx(slow_transmission(img, half), rel=1e-9)


def test_a_flat_photo_has_the_least_transmission_and_a_black_one_the_greatest():
    assert mean_transmission(np.full((40, 40, 3), (90, 120, 150), np.uint8)) == pytest.approx(0.05)
    assert mean_transmission(np.zeros((40, 40, 3), np.uint8)) == 1


@pytest.mark.parametrize('exponent', [0, 1, 2, 3])
def test_noise_whose_power_falls_as_a_power_of_frequency_has_that_slope(exponent, rng):
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(256), np.fft.fftfreq(256)))
    frequency[0, 0] = 1
    slopes = []
    for _ in range(4):
        spectrum = np.fft.fft2(rng.standard_normal((256, 256))) * frequency**(-exponent / 2)
        noise = np.fft.ifft2(spectrum).real
        grey = (128 + noise / np.abs(noise).max() * 120).round().astype(np.uint8)
        slopes.append(spectrum_slope(np.repeat(grey[..., None], 3, axis=2)))
    assert np.mean(slopes) == pytest.approx(-exponent, abs=0.12)


def test_a_flat_photo_has_no_slope_and_no_contrast():
    flat = np.full((100, 120, 3), 77, np.uint8)
    assert spectrum_slope(flat) == pytest.approx(0, abs=1e-4) and rms_contrast(flat) == 0


def test_the_contrast_of_black_and_white_is_a_half():
    img = np.zeros((10, 10, 3), np.uint8)
    img[::2] = 255
    assert rms_contrast(img) == pytest.approx(0.5)


def test_the_contrast_is_that_of_the_luminance():
    # red and green of one luminance, within rounding: 0.299 * 196 and 0.587 * 100
    img = np.zeros((10, 10, 3), np.uint8)
    img[::2, :, 2], img[1::2, :, 1] = 196, 100
    assert rms_contrast(img) < 0.003


def test_haze_lowers_transmission_contrast_and_saturation():
    features = np.array([haze_features(wall(beta)) for beta in (0, 0.005, 0.01, 0.02, 0.05, 0.1)])
    for name in ('mean_transmission', 'mean_saturation'):
        assert (np.diff(features[:, FEATURES.index(name)]) < 0).all()
    light = np.array([rms_contrast(wall(beta)[:, -80:]) for beta in (0, 0.005, 0.01, 0.02)])  # at one distance
    assert (np.diff(light) < 0).all()


def test_the_features_stand_in_the_order_of_their_names(rng):
    img = random_photo(rng, 50, 60)
    expected = [mean_transmission(img), spectrum_slope(img), rms_contrast(img), SCORES['mean_saturation'](img)]
    assert FEATURES == ('mean_transmission', 'spectrum_slope', 'rms_contrast', 'mean_saturation')
    assert haze_features(img).tolist() == expected


def test_a_black_photo_has_features():
    assert all(map(math.isfinite, haze_features(np.zeros((30, 30, 3), np.uint8))))


@pytest.mark.parametrize('measure', [*SCORES.values(), mean_transmission, spectrum_slope, rms_contrast],
                         ids=lambda measure: measure.__name__)
@pytest.mark.parametrize('img', [np.zeros((4, 5), np.uint8), np.zeros((4, 5, 4), np.uint8), np.zeros((4, 5, 3)),
                                 np.zeros((0, 5, 3), np.uint8)], ids=['grey', 'alpha', 'float', 'empty'])
def test_what_is_no_photo_is_refused(measure, img):
    with pytest.raises(ValueError, match=r'wanted a photo of \(H, W, 3\) uint8 in the order BGR, got'):
        measure(img)


@pytest.mark.parametrize('measure', [*SCORES.values(), haze_features], ids=lambda measure: measure.__name__)
def test_a_photo_is_not_modified(measure, rng):
    img = random_photo(rng, 40, 50)
    before = img.copy()
    measure(img)
    np.testing.assert_array_equal(img, before)

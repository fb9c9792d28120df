from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmhaze.physics.airlight import brightest_airlight, estimate_airlight, mean_airlight, soften_airlight


def slow_airlight(photo: np.ndarray) -> np.ndarray:
    """Foggy Cityscapes' rule, pixel by pixel."""
    height, width, _ = photo.shape
    dark = [min(photo[max(0, y - 7):y + 8, max(0, x - 7):x + 8].ravel()) for y in range(height) for x in range(width)]
    count = height * width // 1000
    count += count % 2 == 0
    brightest = sorted(range(len(dark)), key=lambda pixel: -int(dark[pixel]))[:count]  # equals stay in order
    colours = [photo[pixel // width, pixel % width] for pixel in brightest]
    greys = [round(0.114 * int(blue) + 0.587 * int(green) + 0.299 * int(red)) for blue, green, red in colours]
    return colours[greys.index(sorted(greys)[count // 2])] / 255


@pytest.mark.parametrize('shape', [(40, 60), (40, 90), (70, 90), (20, 30)])
@pytest.mark.parametrize('blur', [1, 6])
def test_it_is_the_pixel_of_median_grey_among_the_brightest_of_the_dark_channel(rng, shape, blur):
    noise = cv2.GaussianBlur(rng.random((*shape, 3)), (0, 0), blur)
    # a few levels only: equally bright pixels occur, and the first ones count
    photo = (np.floor((noise - noise.min()) / np.ptp(noise) * 30) * 8).astype(np.uint8)
    np.testing.assert_array_equal(estimate_airlight(photo), slow_airlight(photo))


def test_the_colour_of_the_sky_is_found_and_a_white_car_is_not_taken_for_it():
    photo = np.full((200, 300, 3), 60, np.uint8)
    photo[:80] = (230, 210, 190)
    photo[150:160, 100:112] = 255  # smaller than the window
    np.testing.assert_array_equal(estimate_airlight(photo) * 255, (230, 210, 190))


def test_half_of_the_tint_goes_and_the_luminance_stays():
    airlight = np.array([0.95, 0.85, 0.75])
    soft = soften_airlight(airlight)
    luminance = np.array([0.114, 0.587, 0.299])
    np.testing.assert_allclose(luminance @ soft, luminance @ airlight)
    np.testing.assert_allclose(np.diff(soft), np.diff(airlight) / 2)


def test_haze_is_never_dark():
    np.testing.assert_array_equal(soften_airlight(np.array([0.2, 0.1, 0.0])), (0.7, 0.7, 0.7))
    np.testing.assert_allclose(soften_airlight(np.ones(3)), 1)
    assert soften_airlight(np.ones(3)).max() <= 1


@pytest.mark.parametrize('photo', [np.zeros((4, 5), np.uint8), np.zeros((4, 5, 3)), np.zeros((0, 5, 3), np.uint8)])
def test_what_is_no_photo_is_refused(photo: np.ndarray):
    with pytest.raises(ValueError, match='uint8 BGR'):
        estimate_airlight(photo)


@pytest.mark.parametrize('shape', [(3, 5), (40, 60), (70, 90)])
def test_the_brightest_and_the_mean_are_those_of_the_slow_loop(rng, shape):
    photo = rng.integers(0, 30, (*shape, 3)) * 8
    dark = rng.integers(0, 9, shape)  # equally bright pixels occur, and all of them count
    limit = sorted(dark.ravel(), reverse=True)[max(shape[0] * shape[1] // 1000, 1) - 1]
    colours = [photo[place] for place in np.ndindex(shape) if dark[place] >= limit]
    np.testing.assert_array_equal(brightest_airlight(photo, dark), max(colours, key=sum))
    limit = sorted(dark.ravel(), reverse=True)[max(round(shape[0] * shape[1] / 1000), 1) - 1]
    colours = [photo[place] for place in np.ndindex(shape) if dark[place] >= limit]
    np.testing.assert_allclose(mean_airlight(photo, dark), np.mean(colours, axis=0))

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.physics import transmission
from mmhaze.synthesis.fdd import read_fdd
from mmhaze.synthesis.fog import FOGS, HazeParams, frida_params, haze_fields, noise_seed, render

DATA = Path(os.environ.get('MMHAZE_SHARED_DATA') or Path(__file__).resolve().parents[2].parent / 'shared' / 'data')
BLACK = np.zeros((48, 64, 3), np.uint8)


def mean_over_seeds(values) -> float:
    return float(np.mean([values(seed) for seed in range(20)]))


@pytest.mark.skipif(not (DATA / 'frida').is_dir(), reason='FRIDA is not at hand: set MMHAZE_SHARED_DATA to its folder')
@pytest.mark.parametrize('number', range(1, 19))
def test_uniform_fog_at_80_metres_equals_the_pixels_of_frida(number: int):
    clear = cv2.imread(str(DATA / 'frida' / f'LIma-{number:06d}.png'))
    depth = read_fdd(DATA / 'frida' / f'Dmap-{number:06d}.fdd.gz')
    foggy = render(clear, depth, frida_params('uniform', beta=3 / 80, seed=0))
    np.testing.assert_array_equal(foggy, cv2.imread(str(DATA / 'frida' / f'U080-{number:06d}.png')))


@pytest.mark.parametrize('fog', FOGS)
def test_density_and_airlight_can_be_read_back_from_the_pixels(fog: str):
    params = frida_params(fog, beta=0.02, seed=4)
    k, colour = haze_fields((48, 64), params)
    k, colour = np.broadcast_to(k, (48, 64)), np.broadcast_to(colour, (48, 64, 3))
    assert (colour == colour[..., :1]).all()  # grey
    airlight = colour[..., 0]
    # before a black sky there is nothing but airlight; fog that is nowhere 0 hides it
    sky = render(BLACK, np.full((48, 64), 1e9), replace(params, beta_range=0.0, fog='cloudy'))
    np.testing.assert_allclose(sky[..., 0] / 255, airlight, atol=0.5 / 255)
    near = render(BLACK, np.full((48, 64), 30.0), params)
    np.testing.assert_allclose(1 - near[..., 0] / 255 / airlight, transmission(np.full((48, 64), 30.0), k),
                               atol=0.5 / 255 / airlight.min() + 1e-9)
    assert (near[..., :1] == near).all()


def test_frida_fog_spans_twice_beta_and_the_upper_fifth_of_brightness():
    k, airlight = haze_fields((48, 64), frida_params('cloudy-heterogeneous', beta=0.02, seed=4))
    assert (k.min(), k.max()) == (0, 0.04)
    np.testing.assert_allclose((airlight.min(), airlight.max()), (0.8, 1.0))
    mean = mean_over_seeds(lambda seed: haze_fields((48, 64), frida_params('heterogeneous', 0.02, seed))[0].mean())
    assert 0.015 < mean < 0.025


@pytest.mark.skipif(not (DATA / 'frida').is_dir(), reason='FRIDA is not at hand: set MMHAZE_SHARED_DATA to its folder')
def test_half_as_dense_as_uniform_fog_are_the_pictures_of_frida():
    shares = []
    for picture in sorted((DATA / 'frida').glob('K080-*.png')):
        number = picture.stem[len('K080-'):]
        clear, foggy = (cv2.imread(str(DATA / 'frida' / f'{kind}-{number}.png')).astype(float)
                        for kind in ('LIma', 'K080'))
        depth = read_fdd(DATA / 'frida' / f'Dmap-{number}.fdd.gz')
        seen = (depth > 10) & (depth < 60) & (clear.max(2) < 150)
        t = ((255 - foggy[seen]) / (255 - clear[seen])).mean(1)
        shares.append(float(np.mean(-np.log(t) / depth[seen])) * 80 / 3)
    ours = mean_over_seeds(
        lambda seed: haze_fields((48, 64), frida_params('heterogeneous', 1.0, seed, density='frida'))[0].mean())
    assert len(shares) == 18
    assert ours == pytest.approx(np.mean(shares), abs=0.06)


def test_fog_of_frida_is_half_as_dense_as_that_of_frida2():
    thin, dense = (haze_fields((48, 64), frida_params('heterogeneous', 0.02, 4, density=name))[0]
                   for name in ('frida', 'frida2'))
    np.testing.assert_allclose(thin, dense / 2)
    assert frida_params('uniform', 0.02, 4, density='frida') == frida_params('uniform', 0.02, 4)


def test_a_density_of_another_name_is_refused():
    with pytest.raises(ValueError, match=r"density must be one of \['frida', 'frida2'\], got 'frida3'"):
        frida_params('heterogeneous', 0.02, seed=0, density='frida3')


def test_hazel_noise_has_a_darker_airlight():
    _, airlight = haze_fields((48, 64), frida_params('cloudy', 0.02, seed=4, noise='hazel'))
    np.testing.assert_allclose((airlight.min(), airlight.max()), (0.70, 0.95))
    assert haze_fields((48, 64), frida_params('heterogeneous', 0.02, seed=4, noise='hazel'))[1].tolist() == [1, 1, 1]


def test_density_and_airlight_vary_independently():
    def correlation(seed: int) -> float:
        k, airlight = haze_fields((48, 64), frida_params('cloudy-heterogeneous', 0.02, seed))
        return np.corrcoef(k.ravel(), airlight[..., 0].ravel())[0, 1]
    assert abs(mean_over_seeds(correlation)) < 0.3


def test_only_beta_moves_from_level_to_level():
    thin, airlight = haze_fields((48, 64), frida_params('cloudy-heterogeneous', 0.01, seed=4))
    thick, same = haze_fields((48, 64), frida_params('cloudy-heterogeneous', 0.05, seed=4))
    np.testing.assert_allclose(thick, 5 * thin)
    np.testing.assert_array_equal(airlight, same)


def test_the_result_is_rounded_to_nearest_and_the_input_left_alone():
    clear = BLACK.copy()
    depth = np.full((48, 64), -np.log(0.31))  # 255 * (1 - 0.31) = 175.95
    assert (render(clear, depth, frida_params('uniform', beta=1.0, seed=0)) == 176).all()
    assert not clear.any()


def test_no_haze_gives_the_clear_image_back():
    clear = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    for fog in FOGS:
        np.testing.assert_array_equal(render(clear, np.full((48, 64), 50.0), frida_params(fog, 0.0, seed=1)), clear)


def test_the_seed_of_a_scene_in_a_fog_is_its_own_and_never_changes():
    assert noise_seed(0, 'frida-000001', 'cloudy') == 1261250585
    assert len({noise_seed(seed, scene, fog) for seed in (0, 1) for scene in ('a', 'b') for fog in FOGS}) == 16


@pytest.mark.parametrize(('change', 'complaint'), [
    (dict(fog='cloud'), 'fog must be one of'),
    (dict(noise='value'), 'noise must be one of'),
    (dict(beta=-0.01, beta_range=0.0), 'beta -0.01'),
    (dict(beta=float('nan')), 'beta nan'),
    (dict(beta_range=0.03), 'beta_range 0.03'),
    (dict(airlight=(0.9, 0.95, 0.9)), r'airlight \(0.9, 0.95'),
    (dict(airlight=(0.9, 0.9, 0.05)), r'airlight \(0.9, 0.9, 0.05'),
    (dict(airlight_range=-0.1), 'airlight_range -0.1'),
    (dict(fog='cloudy'), 'beta_range must be 0'),
    (dict(fog='heterogeneous'), 'airlight_range must be 0'),
    (dict(seed=-1), 'seed'),
])
def test_impossible_haze_is_refused(change: dict, complaint: str):
    good = frida_params('cloudy-heterogeneous', beta=0.02, seed=4)
    with pytest.raises(ValueError, match=complaint):
        replace(good, **change)


def test_an_image_of_floats_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r'uint8 BGR, got \(48, 64, 3\) float64.*astype'):
        render(BLACK / 255, np.ones((48, 64)), frida_params('uniform', 0.02, seed=0))


def test_params_are_values():
    assert HazeParams('uniform', 0.02, 0.0, (1.0, 1.0, 1.0), 0.0, 'frida', 3) == frida_params('uniform', 0.02, 3)


def test_a_cloudy_colour_varies_alike_in_all_channels():
    params = replace(frida_params('cloudy', 0.02, seed=4), airlight=(0.9, 0.8, 0.7))
    _, airlight = haze_fields((48, 64), params)
    np.testing.assert_allclose(airlight - (0.9, 0.8, 0.7), np.repeat(airlight[..., :1] - 0.9, 3, axis=2), atol=1e-12)
    assert np.ptp(airlight[..., 2]) == pytest.approx(0.2)
    with pytest.raises(ValueError, match='blue, green, red'):
        replace(params, airlight=(0.9, 0.8))


def test_the_columns_of_a_grey_manifest_and_of_a_coloured_one_read_back():
    grey = frida_params('cloudy', 0.02, seed=4)
    assert grey.as_text(colour=False) == dict(fog='cloudy', beta='0.02', beta_range='0.0', noise='frida', seed='4',
                                              airlight='0.9', airlight_range='0.1')
    assert HazeParams.from_text(grey.as_text(colour=False)) == grey
    cells = replace(frida_params('uniform', 0.02, seed=4), airlight=(0.9, 0.8, 0.7)).as_text(colour=True)
    assert list(cells) == ['fog', 'beta', 'beta_range', 'noise', 'seed', 'airlight_b', 'airlight_g', 'airlight_r']
    assert HazeParams.from_text(cells).airlight == (0.9, 0.8, 0.7)
    with pytest.raises(ValueError, match="'uniform', 'heterogeneous'"):
        HazeParams.from_text({**cells, 'fog': 'cloudy'})


def test_depth_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r'depth must have the size of the image, \(48, 64\), got \(64, 48\)'):
        render(BLACK, np.ones((64, 48)), frida_params('uniform', 0.02, seed=0))

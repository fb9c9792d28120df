from __future__ import annotations

import math
from itertools import permutations

import pytest

from mmhaze.synthesis.level_names import order_levels, visibility_of


@pytest.mark.parametrize(('name', 'metres'), [
    ('50 m', 50), ('1000m', 1000), ('2 km', 2000), ('1km', 1000), ('0.5 km', 500), ('0,5 km', 500), ('60.5 m', 60.5),
    ('visibility_50m', 50), ('Visibility 2km', 2000), ('visibility=100m', 100), ('vis-200m', 200),
    ('50m_visibility', 50), ('fog_50m', 50), ('fog-150m', 150), ('300 metres', 300), ('100 ft', 30.48),
    ('1 mile', 1609.344), ('50M', 50), ('50 公里', 50_000), ('clear', math.inf), ('no_fog', math.inf),
    ('haze-free', math.inf)])
def test_a_name_says_how_far_one_sees(name, metres):
    assert visibility_of(name) == pytest.approx(metres)


@pytest.mark.parametrize('name', [
    None, '', '300', 'level 3', '50-100 m', '<50 m', 'vis200', '1,000 m', '1.000 m', 'site 50', '50 mm', 'light',
    'clear 50 m', '-50 m', '5 pm', 'no visibility', 'm'])
def test_a_name_that_says_no_one_distance(name):
    assert visibility_of(name) is None


@pytest.mark.parametrize('order', [
    ('1000 m', '300 m', '50 m'), ('2 km', '1000m', '0,5 km', '50 m'), ('clear', '1km', '300m'),
    ('1 mile', '1 km', '100 yd'), ('>1km', '500m-1km', '100-500 m', '50 to 100 m', 'under 50m'), ('1km+', '<1km'),
    ('over 200m', 'under 200m'), ('visibility_200m', 'visibility_50m'), ('vis1000', 'vis200', 'vis50'),
    ('mor 1 km', 'mor 50 m'), ('clear', 'light', 'moderate', 'heavy'),
    ('none', 'slight', 'moderate', 'dense', 'severe'), ('no_fog', 'fog'),
    ('clear', 'mild', 'medium', 'strong', 'extreme'), ('sunny', 'foggy'), ('haze-free', 'thin haze', 'thick haze'),
    ('no haze', 'haze'), ('clear', 'hazy'), ('clear', 'slightly hazy', 'hazy', 'very hazy'),
    ('NoFog', 'LightFog', 'DenseFog'), ('clear', 'slight', 'moderate', 'dense', 'very dense'),
    ('very light', 'light'), ('low haze', 'high haze'), ('Clear', 'LIGHT', 'Dense'),
    ('clear_weather', 'light fog', 'fog', 'dense fog'), ('non-hazy', 'hazy'), ('0', '1', '2', '10'),
    ('level1', 'level2', 'level10'), ('0.5', '2.25', '10'), ('0,5', '1,5'), ('pm 9', 'pm 20', 'pm 100'),
    ('beta_0.005', 'beta_0.01', 'beta_0.02'), ('10%', '20%'), ('fog 1', 'fog 2'), ('clear', 'haze_1', 'haze_2'),
    ('transmission 0.9', 'transmission 0.3'), ('pm2.5 35', 'pm2.5 150'), ('0_clear', '1_light', '2_dense'),
    ('1_1000m', '2_300m', '3_50m'), ('level_0_rome', 'level_1_oslo'), ('only',)])
def test_names_are_put_in_order_the_least_haze_first(order):
    if order == ('only',):
        with pytest.raises(ValueError, match="'only' says neither"):
            order_levels(order)
        return
    for names in list(permutations(order))[:24]:
        assert tuple(order_levels(names)) == order


@pytest.mark.parametrize(('names', 'said'), [
    (('site1', 'site2'), 'says neither how far one sees nor how much haze'), (('a', 'b'), 'says neither'),
    (('heavy', 'dense'), "'dense' and 'heavy' may be the same haze"),
    (('haze', 'fog'), "'fog' and 'haze' may be the same"),
    (('1 km', '1000 m'), "'1 km' and '1000 m' may be the same"), (('<100m', '50 m'), 'may be the same'),
    (('50-200 m', '100-300 m'), 'may be the same'),
    (('clear', '50 m', 'light'), "'50 m' and 'light' cannot be compared"),
    (('vis200', '50 m'), 'cannot be compared'), (('beta 1', 'level 2'), 'cannot be compared'),
    (('0_dense', '1_clear'), "By their numbers '0_dense' has the least haze, by what they say '1_clear'"),
    (('1_50m', '2_300m', '3_1000m'), 'By their numbers'), (('0_50m', '50_100m'), 'By their numbers'),
    (('1_clear', '1_dense'), 'the same number'), (('fog_50', 'fog_300'), 'says neither'),
    (('1.000 m', '50 m'), "'1.000 m' says neither"),
    (('1,000 m', '50 m'), "'1,000 m' says neither"), (('low', 'high'), 'says neither'),
    (('sunny', 'cloudy'), "'cloudy'"), (('no visibility', 'good visibility'), 'says neither'),
    (('clear', 'not clear'), "'not clear'"), (('8 am', '9 pm'), 'says neither'),
    (('clear', 'very clear'), "'very clear'"), (('GT', 'hazy'), "'GT'"), (('clear', 'none'), 'may be the same')])
def test_names_that_do_not_say_it_are_left_to_the_user(names, said):
    for order in permutations(names):
        with pytest.raises(ValueError, match=said):
            order_levels(order)

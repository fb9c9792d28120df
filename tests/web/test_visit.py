from __future__ import annotations

import base64
import inspect
import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

import mmhaze
from mmhaze.io.metadata import Metadata
from mmhaze.ucm import segment_haze
from mmhaze.visualization import overlay_haze
from mmhaze.web.scenes import SCENES, draw
from mmhaze.web.visit import (
    DEFAULTS,
    LONGEST_SIDE,
    Visit,
    as_picture,
    compare,
    look_at,
    read_settings,
    segment,
    unless_over,
)
from tests.ucm.photos import wall


def decode(picture: str) -> np.ndarray:
    """The photo that an address holds."""
    kind, data = picture.split(',')
    assert kind == 'data:image/jpeg;base64'
    return cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)


def test_the_defaults_are_those_of_ucm():
    taken = inspect.signature(segment_haze).parameters
    assert all(taken[f'{name}_ratio'].default == 1 / DEFAULTS[name] for name in ('channel', 'denoise', 'mask'))
    for haze in (0.05, 0.3):
        np.testing.assert_array_equal(segment(wall(haze), DEFAULTS).mask, segment_haze(wall(haze)).mask)


@pytest.mark.parametrize(('chosen', 'settings'), [
    (dict(channel=10), dict(channel_ratio=1 / 10)),
    (dict(denoise=10), dict(denoise_ratio=1 / 10)),
    (dict(mask=20), dict(mask_ratio=1 / 20)),
    (dict(automatic=False, gray=250), dict(gray_threshold=250)),
    (dict(automatic=True, gray=250), {}),
    (dict(min_box=1000), dict(min_box=1000)),
])
def test_each_setting_reaches_ucm(chosen, settings):
    found = segment(wall(0.1), {**DEFAULTS, **chosen})
    expected = segment_haze(wall(0.1), **settings)
    np.testing.assert_array_equal(found.mask, expected.mask)
    assert found.gray_threshold == expected.gray_threshold
    assert bool(settings) == (not np.array_equal(found.mask, segment_haze(wall(0.1)).mask))


def test_the_pictures_carry_the_profile_of_the_photo():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    visit = look_at(wall(0.1), 'wall.png', mmhaze.HazeInferencer(workers=1), Metadata(profile))
    for each in compare(visit, wall(0.2), 'haze.jpg'):
        with Image.open(io.BytesIO(base64.b64decode(each['url'].partition(',')[2]))) as picture:
            assert picture.info['icc_profile'] == profile


@pytest.mark.parametrize(('typed', 'taken'), [(None, 40), ('', 40), (0, 5), (-3, 5), (1e9, 200), (17, 17)])
def test_a_number_that_is_half_typed_is_no_error(typed, taken):
    settings = read_settings([typed, 41, 42, False, 300, -1])
    assert settings == dict(channel=taken, denoise=41, mask=42, automatic=False, gray=255, min_box=0)
    segment(wall(0.1), settings)


def test_the_pictures_are_the_photo_and_its_haze():
    photo = cv2.GaussianBlur(wall(0.1), (0, 0), 2)
    visit = look_at(photo, 'wall.png', mmhaze.HazeInferencer(workers=1))
    regions = segment(photo, DEFAULTS)
    expected = overlay_haze(photo, regions)
    before, after = (decode(each['url']) for each in compare(visit, expected, 'haze.jpg'))
    assert np.abs(before.astype(int) - photo).mean() < 2
    assert np.abs(after.astype(int) - expected).mean() < 2 < np.abs(after.astype(int) - photo).mean()
    assert visit.prediction == mmhaze.HazeInferencer(workers=1)(photo)[0].__class__(
        **{**visit.prediction.__dict__, 'mask_share': regions.ratio})


def test_nothing_is_made_of_a_photo_once_its_visitor_has_given_another():
    def make(visit: Visit) -> str:
        made.append(visit)
        return 'made'

    def make_while_another_comes(visit: Visit) -> str:
        visit.over.set()
        return make(visit)

    made: list[Visit] = []
    visit, other = (look_at(wall(0.1), name, mmhaze.HazeInferencer()) for name in ('a.png', 'b.png'))
    assert unless_over(None, make, 'nothing') == 'nothing' and not made
    assert unless_over(visit, make, 'nothing') == 'made'
    assert unless_over(visit, make_while_another_comes, 'nothing') == 'nothing' and made == [visit, visit]
    assert unless_over(visit, make, 'nothing') == 'nothing' and made == [visit, visit]
    assert unless_over(other, make, 'nothing') == 'made'


@pytest.mark.parametrize(('shape', 'shown'), [((10, 20), (10, 20)), ((800, 3200), (400, 1600)), ((1, 9000), (1, 1600))])
def test_a_picture_is_no_larger_than_a_screen(shape, shown):
    assert LONGEST_SIDE == 1600
    assert decode(as_picture(np.full((*shape, 3), 99, np.uint8))).shape == (*shown, 3)


@pytest.mark.slow
def test_scenes_have_more_haze_by_and_by():
    contrast = [float(draw(name)[160:240].std()) for name in SCENES]
    assert contrast == sorted(contrast, reverse=True) and len(contrast) == 3

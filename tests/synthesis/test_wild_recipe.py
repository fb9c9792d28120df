from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.synthesis.depth import FileDepth, GroundPlane
from mmhaze.synthesis.depth.depth_files import read_depth
from mmhaze.synthesis.depth.own import encode_depth
from mmhaze.synthesis.depth.sky import set_sky_far
from mmhaze.synthesis.fog import HazeParams, render
from mmhaze.synthesis.photo_set import MadePhoto
from mmhaze.synthesis.scenes import render_scene
from mmhaze.synthesis.wild import prepare_scene
from mmhaze.synthesis.wild_photos import WildPhoto
from mmhaze.synthesis.wild_recipe import WildRecipe, decode_depth

CLEAR, DEPTH = render_scene(3)
RECIPE = WildRecipe(depth=GroundPlane(), format='png')


@pytest.fixture
def photo(tmp_path: Path) -> WildPhoto:
    """A drawn street, and beside it its depth."""
    cv2.imwrite(str(tmp_path / 'street.png'), CLEAR)
    np.save(tmp_path / 'street.npy', DEPTH)
    return WildPhoto('trip/street.png', tmp_path / 'street.png', tmp_path / 'street.npy')


def images(made: MadePhoto) -> list[np.ndarray]:
    """Of each row."""
    return [cv2.imdecode(np.frombuffer(made.files[row['file']], np.uint8), cv2.IMREAD_COLOR) for row in made.rows]


@pytest.mark.parametrize('settings', [{}, dict(fog='heterogeneous', schedule='visibility_log', levels=4, seed=5)])
def test_every_image_is_its_row_rendered(photo: WildPhoto, settings: dict):
    made = replace(RECIPE, **settings)(photo)
    scene = prepare_scene(CLEAR, set_sky_far(DEPTH, CLEAR))
    assert len(made.rows) == len(made.files) == settings.get('levels', 10)
    for level, (row, img) in enumerate(zip(made.rows, images(made))):
        assert row['file'] == f'level_{level}/trip/street.png.png' and row['level'] == str(level)
        params = HazeParams.from_text(row)
        assert params.fog == settings.get('fog', 'uniform')
        assert float(row['visibility']) == (3 / params.beta if level else float('inf'))
        np.testing.assert_array_equal(img, render(scene.clear, scene.depth, params))
    assert np.abs(images(made)[-1].astype(int) - CLEAR).mean() > 20


def test_betas_are_those_of_the_schedule(photo: WildPhoto):
    assert [row['beta'] for row in RECIPE(photo).rows] == ['0.0', '0.01', '0.015', '0.02', '0.025', '0.03', '0.035',
                                                           '0.04', '0.045', '0.05']
    rows = replace(RECIPE, schedule='visibility_log')(photo).rows
    assert [row['visibility'] for row in rows][:2] == ['inf', '1000.0'] and rows[3]['schedule'] == 'visibility_log'


def test_level_0_is_the_photo_itself_in_the_format_of_all(photo: WildPhoto):
    np.testing.assert_array_equal(images(RECIPE(photo))[0], CLEAR)
    made = replace(RECIPE, format='jpg', quality=40)(photo)
    coded = cv2.imencode('.jpg', CLEAR, [cv2.IMWRITE_JPEG_QUALITY, 40])[1].tobytes()
    assert made.files['level_0/trip/street.png.jpg'] == coded
    assert {row['quality'] for row in made.rows} == {'40'} and {row['quality'] for row in RECIPE(photo).rows} == {''}


def test_the_levels_have_the_depth_that_is_kept_to_the_pixel(photo: WildPhoto, tmp_path: Path):
    made = replace(RECIPE, keep_depth=True)(photo)
    file = tmp_path / 'kept.png'
    file.write_bytes(made.files['depth/trip/street.png.png'])
    kept = read_depth(file, scale=0.01)
    for row, img in zip(made.rows, images(made)):
        np.testing.assert_array_equal(img, render(CLEAR, kept, HazeParams.from_text(row)))
        assert row['depth'] == 'depth/trip/street.png.png'
        assert row['depth_sha256'] == hashlib.sha256(file.read_bytes()).hexdigest()
    expected = prepare_scene(CLEAR, set_sky_far(DEPTH, CLEAR)).depth
    assert np.abs(kept - np.maximum(expected, 0.01)).max() < 0.0051


def test_kept_depth_is_in_centimetres_and_never_0_which_would_be_the_sky():
    depth = np.array([[0, 0.004, 1.234, 500.0]], np.float32)
    np.testing.assert_allclose(decode_depth(encode_depth(depth)), [[0.01, 0.01, 1.23, 500.0]], rtol=1e-6)


def test_what_looks_like_sky_is_far_unless_the_depth_is_to_be_trusted(photo: WildPhoto, rng: np.random.Generator):
    clear = rng.integers(0, 90, (240, 320, 3), dtype=np.uint8)
    clear[:100] = 240
    cv2.imwrite(str(photo.path), clear)
    np.save(photo.path.with_name('near.npy'), np.full(DEPTH.shape, 30.0))
    near = replace(photo, depth=photo.path.with_name('near.npy'))
    kept = {find_sky: decode_depth(replace(RECIPE, keep_depth=True, find_sky=find_sky)(near).files[
        'depth/trip/street.png.png']) for find_sky in (True, False)}
    assert kept[True][:60].min() > 490 and kept[True][140:].max() < 40
    np.testing.assert_allclose(kept[False], 30, atol=0.01)


@pytest.mark.parametrize(('size', 'expected'), [(160, (120, 160)), (100, (75, 100)), (320, (240, 320)),
                                                (5000, (240, 320)), (None, (240, 320))])
def test_larger_photos_are_shrunk_before_haze_and_smaller_ones_left(photo: WildPhoto, size: int | None,
                                                                   expected: tuple[int, int]):
    made = replace(RECIPE, size=size, keep_depth=True)(photo)
    assert {img.shape[:2] for img in images(made)} == {expected}
    assert decode_depth(made.files['depth/trip/street.png.png']).shape == expected
    assert {(row['height'], row['width']) for row in made.rows} == {tuple(map(str, expected))}
    if size == 160:  # by area: each pixel is the mean of four
        mean = CLEAR.reshape(120, 2, 160, 2, 3).mean((1, 3))
        assert np.abs(images(made)[0] - mean).max() <= 0.5


def test_upright_photos_are_shrunk_by_their_height(photo: WildPhoto):
    cv2.imwrite(str(photo.path), CLEAR.transpose(1, 0, 2))
    made = replace(RECIPE, size=80)(replace(photo, depth=None))
    assert images(made)[3].shape == (80, 60, 3)


@pytest.mark.slow
def test_depth_comes_from_the_list_else_from_the_source_and_the_row_says_so(photo: WildPhoto, tmp_path: Path):
    file = tmp_path / 'depths' / 'street.png'
    file.parent.mkdir()
    file.write_bytes(encode_depth(DEPTH))
    checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    source = FileDepth(file.parent, scale=0.01)
    plain = replace(photo, depth=None)
    for recipe, given, said, digest in (
            (RECIPE, plain, GroundPlane().name, ''),
            (replace(RECIPE, depth=source), plain, source.name, checksum),
            (RECIPE, replace(photo, depth=file, scale=0.01), 'list scale=0.01', checksum),
            (RECIPE, replace(photo, depth=file, scale=0.01, kind='gaps'), 'list kind=gaps scale=0.01', checksum),
            (RECIPE, photo, 'list', hashlib.sha256((tmp_path / 'street.npy').read_bytes()).hexdigest())):
        rows = recipe(given).rows
        assert {(row['depth_source'], row['depth_sha256'], row['depth']) for row in rows} == {(said, digest, '')}
    recipe = replace(RECIPE, depth=source)
    as_listed, as_found = recipe(replace(photo, depth=file, scale=0.01)), recipe(plain)
    assert as_listed.files == as_found.files != RECIPE(plain).files


def test_a_photo_without_depth_or_with_one_of_another_shape_is_refused_by_name(photo: WildPhoto, tmp_path: Path):
    with pytest.raises(ValueError, match=r'trip/street\.png has no depth: name it in the list'):
        replace(RECIPE, depth=None)(replace(photo, depth=None))
    np.save(tmp_path / 'street.npy', DEPTH[:100])
    with pytest.raises(ValueError, match=r'street\.npy is 320x100, and its photo .*street\.png is 320x240'):
        RECIPE(photo)
    (tmp_path / 'street.npy').write_bytes(b'?')
    with pytest.raises(ValueError, match=r'street\.npy cannot be read'):
        RECIPE(photo)


def test_a_name_that_no_table_can_hold_is_refused(photo: WildPhoto):
    with pytest.raises(ValueError, match='no UTF-8'):
        RECIPE(replace(photo, name='caf\udce9.png'))


def test_copies_of_a_photo_get_the_same_haze_and_the_same_part(photo: WildPhoto, tmp_path: Path):
    (tmp_path / 'copy.png').write_bytes(photo.path.read_bytes())
    recipe = replace(RECIPE, fog='heterogeneous')
    made, copied = recipe(photo), recipe(replace(photo, name='copy.png', path=tmp_path / 'copy.png'))
    assert list(made.files.values()) == list(copied.files.values()) and not made.files.keys() & copied.files.keys()
    for row, twin in zip(made.rows, copied.rows):
        assert {name for name in row if row[name] != twin[name]} == {'file', 'photo'}
        assert row['photo_sha256'] == hashlib.sha256(photo.path.read_bytes()).hexdigest()


def test_the_seed_changes_uneven_fog_and_no_part(photo: WildPhoto):
    uneven = replace(RECIPE, fog='heterogeneous')
    one, two = uneven(photo), replace(uneven, seed=1)(photo)
    assert [row['split'] for row in one.rows] == [row['split'] for row in two.rows]
    assert one.files['level_5/trip/street.png.png'] != two.files['level_5/trip/street.png.png']


def test_the_settings_name_all_that_images_depend_on():
    others = dict(depth=GroundPlane(horizon=0.3), schedule='visibility_log', levels=9, fog='heterogeneous',
                  format='jpg', quality=91, size=9, seed=1, split=(8, 1, 1), find_sky=False, keep_depth=True)
    assert set(others) == set(vars(RECIPE))
    for name, value in others.items():
        settings = replace(RECIPE, **{name: value}).settings
        assert {key for key in settings if settings[key] != RECIPE.settings[key]} == {name}
    assert {'mmhaze', 'opencv'} <= set(RECIPE.settings)
    assert WildRecipe().settings['depth'] is None


def test_a_recipe_can_be_sent_to_another_process(photo: WildPhoto):
    assert pickle.loads(pickle.dumps(RECIPE))(photo) == RECIPE(photo)


@pytest.mark.parametrize(('settings', 'said'), [
    (dict(schedule='linear'), "schedule must be one of .*beta_linear.*, got 'linear'"),
    (dict(fog='cloudy'), "fog must be one of .*got 'cloudy'"), (dict(format='webp'), "got 'webp'"),
    (dict(quality=0), '1 to 100, got 0'), (dict(quality=101), 'got 101'), (dict(size=0), 'size is in pixels'),
    (dict(split=(0, 0, 0)), 'not all 0'), (dict(split=(1, 2)), 'split wants'), (dict(split=(2, -1, 0)), 'split wants'),
    (dict(levels=1), 'levels must be at least 2'), (dict(seed=-1), 'seed must be at least 0')])
def test_settings_that_mean_nothing_are_refused(settings: dict, said: str):
    with pytest.raises(ValueError, match=said):
        WildRecipe(**settings)

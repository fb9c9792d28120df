from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmcv.transforms import TRANSFORMS
from mmengine.dataset import worker_init_fn

from mmhaze.datasets import HazeLevelDataset
from mmhaze.physics import add_haze, transmission
from mmhaze.physics.airlight import estimate_airlight, soften_airlight
from mmhaze.synthesis.depth import GroundPlane
from mmhaze.synthesis.depth.own import encode_depth
from mmhaze.synthesis.depth.sky import set_sky_far
from mmhaze.synthesis.fog import FOGS, HazeParams, frida_params, haze_fields, render
from mmhaze.synthesis.levels import HAZEL_LEVEL_BETAS, SCHEDULES
from mmhaze.synthesis.scenes import render_scene
from mmhaze.synthesis.wild import prepare_scene
from mmhaze.synthesis.wild_photos import WildPhoto
from mmhaze.synthesis.wild_recipe import WildRecipe

CLEAR, DEPTH = render_scene(5)


def build(step: str, **settings):
    return TRANSFORMS.build(dict(type=step, **settings))


def haze(step, seed: int, **others) -> dict:
    np.random.seed(seed)  # noqa: NPY002  as the host does
    return step(dict(img=CLEAR.copy(), depth=DEPTH.copy(), img_path='a.png', **others))


def test_the_photo_gets_the_haze_that_the_results_name():
    step = build('AddHaze', airlight=(0.7, 0.9), transmission=True)
    for seed in range(12):
        results = haze(step, seed)
        level, airlight = results['gt_label'], results['airlight']
        assert results['beta'] == SCHEDULES['beta_linear'](10)[level]
        assert results['visibility'] == (3 / results['beta'] if level else float('inf'))
        np.testing.assert_allclose(results['transmission'], transmission(DEPTH, results['beta']), atol=1e-6)
        expected = add_haze(CLEAR / 255, DEPTH, results['beta'], airlight) * 255
        assert np.abs(results['img'] - expected).max() <= 0.5 + 1e-6
        assert 0.7 <= airlight[0] == airlight[1] == airlight[2] < 0.9
    assert results['img'].dtype == np.uint8


def test_the_clear_photo_is_kept_for_dehazers_where_it_is_asked_for():
    results = build('AddHaze', betas=[0.02], airlight=(0.8, 0.8), keep_clear=True)(dict(img=CLEAR, depth=DEPTH))
    np.testing.assert_array_equal(results['clear'], CLEAR)
    assert (results['img'] != CLEAR).any()
    assert 'clear' not in build('AddHaze', betas=[0.02], airlight=(0.8, 0.8))(dict(img=CLEAR, depth=DEPTH))


def test_level_0_is_the_photo_and_the_last_level_nearly_all_haze_where_it_is_far():
    clear, thick = (haze(build('AddHaze', betas=[beta], airlight=(1, 1)), 0) for beta in (0, 0.05))
    np.testing.assert_array_equal(clear['img'], CLEAR)
    assert thick['img'][DEPTH > 300].min() == 255 and thick['img'][DEPTH < 10].min() < 150


def test_every_level_is_drawn_alike():
    step = build('AddHaze', levels=5, airlight=(0.5, 1.0))
    np.random.seed(0)  # noqa: NPY002
    draws = [step(dict(img=CLEAR[:8, :8], depth=DEPTH[:8, :8])) for _ in range(1000)]
    counts = Counter(results['gt_label'] for results in draws)
    assert sorted(counts) == list(range(5)) and max(abs(count - 200) for count in counts.values()) < 50
    drawn = np.array([results['airlight'][0] for results in draws])
    assert abs(drawn.mean() - 0.75) < 0.02 and drawn.min() < 0.51 and drawn.max() > 0.99
    levels = np.array([results['gt_label'] for results in draws])
    assert abs(np.corrcoef(drawn, levels)[0, 1]) < 0.1


def test_levels_are_those_of_the_schedule_or_of_the_betas_given():
    assert build('AddHaze', schedule='visibility_log', levels=4).betas == SCHEDULES['visibility_log'](4)
    assert build('AddHaze', betas=[0, 0.5]).betas == (0, 0.5)
    assert {haze(build('AddHaze', betas=[0, 0.5]), seed)['beta'] for seed in range(20)} == {0, 0.5}


def test_the_draws_are_those_of_numpys_seed_and_of_the_hosts_workers():
    step = build('AddHaze', fog='heterogeneous', airlight=(0.5, 1.0))
    one, again, other = haze(step, 1), haze(step, 1), haze(step, 2)
    np.testing.assert_array_equal(one['img'], again['img'])
    assert (one['img'] != other['img']).any()

    def draw(worker: int, seed: int) -> tuple:
        worker_init_fn(worker, num_workers=2, rank=0, seed=seed)
        results = step(dict(img=CLEAR[:9, :9], depth=DEPTH[:9, :9]))
        return results['gt_label'], results['airlight'][0]

    assert draw(0, 3) == draw(0, 3) != draw(1, 3)


def test_uneven_fog_is_that_of_the_synthesiser_and_new_each_time():
    step = build('AddHaze', betas=[0.02], fog='heterogeneous', airlight=(0.8, 0.8), transmission=True)
    one, two = haze(step, 1), haze(step, 2)
    assert one['fog'] == 'heterogeneous'
    density = -np.log(one['transmission']) / DEPTH
    near = DEPTH < 100  # elsewhere t is too small to divide by
    assert density[near].max() > 0.03 and density[near].min() < 0.01 and (one['img'] != two['img']).any()
    np.testing.assert_allclose(one['img'] / 255, CLEAR / 255 * one['transmission'][..., None]
                               + 0.8 * (1 - one['transmission'][..., None]), atol=0.51 / 255)


def test_the_four_fogs_of_frida_are_drawn_alike_and_are_those_of_hazel_level():
    step = build('AddHaze', betas=HAZEL_LEVEL_BETAS, fog=FOGS, airlight='frida', transmission=True)
    seen = Counter()
    for seed in range(200):
        np.random.seed(seed)  # noqa: NPY002
        seen[step(dict(img=CLEAR[:8, :8], depth=DEPTH[:8, :8]))['fog']] += 1
    assert set(seen) == set(FOGS) and min(seen.values()) > 30
    for seed in range(8):
        results = haze(step, seed)
        haze_seed = np.random.RandomState(seed).randint(2**31 - 1)
        params = frida_params(results['fog'], HAZEL_LEVEL_BETAS[results['gt_label']], haze_seed)
        np.testing.assert_array_equal(results['img'], render(CLEAR, DEPTH, params))
        assert results['airlight'].tolist() == [0.9 if 'cloudy' in results['fog'] else 1.0] * 3
        k, _ = haze_fields(DEPTH.shape, params)
        np.testing.assert_allclose(results['transmission'], np.exp(-k * DEPTH), atol=1e-6)


def test_cloudy_fog_needs_an_airlight_that_is_uneven():
    with pytest.raises(ValueError, match=r"one or more of \('uniform', 'heterogeneous'\) where airlight is 'estimate'"):
        build('AddHaze', fog=['uniform', 'cloudy'])
    with pytest.raises(ValueError, match='fog is one or more of'):
        build('AddHaze', fog=[])


def test_the_airlight_is_that_of_the_photo_worked_out_before_or_now():
    step = build('AddHaze', betas=[0.03])
    expected = soften_airlight(estimate_airlight(CLEAR))
    np.testing.assert_array_equal(haze(step, 0)['airlight'], expected)
    given = haze(step, 0, airlight=np.array([0.1, 0.2, 0.3]))
    np.testing.assert_array_equal(given['airlight'], [0.1, 0.2, 0.3])
    assert np.abs(given['img'][DEPTH > 400].mean(0) - [25.5, 51, 76.5]).max() < 1


def test_other_keys_and_the_inputs_are_left_alone():
    img, depth, note = CLEAR.copy(), DEPTH.copy(), object()
    results = build('AddHaze', betas=[0.05])(dict(img=img, depth=depth, img_path='a.png', scene='s', note=note))
    assert results.keys() == {'img', 'depth', 'img_path', 'scene', 'note', 'gt_label', 'beta', 'visibility', 'airlight',
                              'fog'}
    assert results['note'] is note and results['depth'] is depth and results['scene'] == 's'
    np.testing.assert_array_equal(img, CLEAR)
    np.testing.assert_array_equal(depth, DEPTH)


def test_a_broadcaster_shares_the_draw():
    equal = {True: 0, False: 0}
    pairs = dict(img=['left', 'right'], depth=['near', 'far'])
    for shared in equal:
        step = build('TransformBroadcaster', mapping=pairs, auto_remap=True, share_random_params=shared,
                     transforms=[dict(type='AddHaze', fog='heterogeneous')])
        for seed in range(5):
            np.random.seed(seed)  # noqa: NPY002
            results = step(dict(left=CLEAR, right=CLEAR, near=DEPTH, far=DEPTH))
            equal[shared] += np.array_equal(results['left'], results['right'])
    assert equal == {True: 5, False: 0}


def test_prepare_of_a_data_set_takes_what_is_fixed_and_refuses_what_is_drawn(tmp_path: Path):
    HazeLevelDataset(str(tmp_path), prepare=[dict(type='LoadDepth'), dict(type='PrepareHaze')], lazy_init=True)
    with pytest.raises(ValueError, match='AddHaze draws random numbers'):
        HazeLevelDataset(str(tmp_path), prepare=[dict(type='AddHaze')], lazy_init=True)


def test_preparing_fits_depth_to_the_photo_as_the_converter_does():
    results = build('PrepareHaze')(dict(img=CLEAR, depth=DEPTH))
    np.testing.assert_array_equal(results['depth'], prepare_scene(CLEAR, set_sky_far(DEPTH, CLEAR)).depth)
    np.testing.assert_array_equal(results['airlight'], soften_airlight(estimate_airlight(CLEAR)))
    kept = build('PrepareHaze', find_sky=False, refine=False)(dict(img=CLEAR, depth=DEPTH))
    assert kept['depth'] is DEPTH and 'airlight' in kept
    unrefined = build('PrepareHaze', refine=False)(dict(img=CLEAR, depth=DEPTH))
    np.testing.assert_array_equal(unrefined['depth'], set_sky_far(DEPTH, CLEAR))


def test_haze_is_drawn_over_smaller_photos_on_demand_and_is_the_same_haze():
    prepare = build('PrepareHaze', find_sky=False, refine=False, size=40)
    small = prepare(dict(img=CLEAR, depth=DEPTH, img_shape=CLEAR.shape[:2]))
    height, width = CLEAR.shape[:2]
    clear = small['img']
    assert max(clear.shape[:2]) == 40 == max(small['depth'].shape) and small['img_shape'] == small['depth'].shape
    np.testing.assert_array_equal(clear, cv2.resize(CLEAR, small['img_shape'][::-1], interpolation=cv2.INTER_AREA))
    hazy = build('AddHaze', betas=[0.05], airlight=(1, 1))(small)['img']
    large = haze(build('AddHaze', betas=[0.05], airlight=(1, 1)), 0)['img']
    shrunk = cv2.resize(large, hazy.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(hazy.astype(int) - shrunk).mean() < 1
    assert np.abs(hazy.astype(int) - clear).mean() > 5
    as_it_is = build('PrepareHaze', find_sky=False, refine=False, size=max(height, width))(dict(img=CLEAR, depth=DEPTH))
    assert as_it_is['img'] is CLEAR and as_it_is['depth'] is DEPTH


@pytest.fixture
def kept_set(tmp_path: Path) -> list[dict[str, str]]:
    """A photo at four levels with its depth, as the converter writes it; the rows, with whole paths."""
    cv2.imwrite(str(tmp_path / 'photo.png'), CLEAR)
    recipe = WildRecipe(GroundPlane(), levels=4, format='png', keep_depth=True, fog='heterogeneous')
    made = recipe(WildPhoto('photo.png', tmp_path / 'photo.png'))
    for file, data in made.files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(data)
    return [dict(row, file=str(tmp_path / row['file']), depth=str(tmp_path / row['depth'])) for row in made.rows]


def test_fresh_haze_over_a_kept_set_is_the_haze_of_the_set(kept_set: list[dict[str, str]]):
    results = dict(img_path=kept_set[0]['file'], depth_path=kept_set[0]['depth'])
    for step in (build('LoadPhoto'), build('LoadDepth'), build('PrepareHaze', find_sky=False, refine=False)):
        results = step(results)
    assert results['depth'].dtype == np.float32
    for row in kept_set:
        params = HazeParams.from_text(row)
        np.testing.assert_allclose(results['airlight'], params.airlight, rtol=1e-12)
        np.testing.assert_array_equal(render(results['img'], results['depth'], params),
                                      build('LoadPhoto')(dict(img_path=row['file']))['img'])
    even = build('AddHaze', betas=[0.01])(results)
    assert np.abs(even['img'] - add_haze(CLEAR / 255, results['depth'].astype(float), 0.01, results['airlight']) * 255
                  ).max() <= 0.5 + 1e-6


def test_depth_is_loaded_at_the_size_of_the_photo(tmp_path: Path):
    (tmp_path / 'd.png').write_bytes(encode_depth(np.full((60, 80), 12.34)))
    results = dict(img=CLEAR, img_path='a.png', depth_path=str(tmp_path / 'd.png'))
    np.testing.assert_allclose(build('LoadDepth')(dict(results))['depth'], np.full((240, 320), 12.34), rtol=1e-6)
    np.testing.assert_allclose(build('LoadDepth', scale=0.1)(dict(results))['depth'][0, 0], 123.4, rtol=1e-6)
    np.save(tmp_path / 'd.npy', np.array([[0, 5.0]]))
    results.update(img=CLEAR[:4, :8], depth_path=tmp_path / 'd.npy')
    assert build('LoadDepth', scale=None)(dict(results))['depth'][0, 0] == np.inf
    assert build('LoadDepth', scale=None, kind='gaps')(dict(results))['depth'][0, 0] == 5


@pytest.mark.parametrize(('step', 'settings', 'said'), [
    ('AddHaze', dict(schedule='linear'), "schedule is one of .*got 'linear'"),
    ('AddHaze', dict(fog='cloudy'), "fog is one or more of .*got 'cloudy'"),
    ('AddHaze', dict(betas=[]), 'betas are'), ('AddHaze', dict(betas=[-1, 0]), 'betas are'),
    ('AddHaze', dict(betas=[0.1, 0]), 'each above the one before'), ('AddHaze', dict(betas=[0, 0]), 'betas are'),
    ('AddHaze', dict(levels=1), 'levels must be at least 2'),
    ('AddHaze', dict(airlight='white'), "'estimate', 'frida' or .*got 'white'"),
    ('AddHaze', dict(airlight='ab'), 'estimate'), ('AddHaze', dict(airlight=(0.9, 0.7)), 'estimate'),
    ('AddHaze', dict(airlight=(0.9, 1.1)), 'estimate'),
    ('LoadDepth', dict(kind='metres'), 'kind is one of'), ('PrepareHaze', dict(size=0), 'size is in pixels')])
def test_settings_that_mean_nothing_are_refused(step: str, settings: dict, said: str):
    with pytest.raises(ValueError, match=said):
        build(step, **settings)


@pytest.mark.parametrize(('step', 'results', 'said'), [
    ('AddHaze', dict(img=CLEAR), r"a\.png: AddHaze wants 'depth', .*LoadDepth"),
    ('PrepareHaze', dict(img=CLEAR), r"a\.png: PrepareHaze wants 'depth'"),
    ('AddHaze', dict(img=CLEAR[::2], depth=DEPTH), r'a\.png: .*\(120, 320\), got \(240, 320\)\. A step before it res'),
    ('AddHaze', dict(img=CLEAR, depth=-DEPTH), r'a\.png: .*at least 0, got a minimum of -1000'),
    ('AddHaze', dict(img=CLEAR, depth=DEPTH * np.nan), r'a\.png: .*at least 0, got a minimum of nan'),
    ('AddHaze', dict(img=CLEAR / 255, depth=DEPTH), r'a\.png: .*uint8 BGR, got \(240, 320, 3\) float64'),
    ('PrepareHaze', dict(img=CLEAR, depth=DEPTH * 0.0), r'a\.png: PrepareHaze wants depth in metres, above 0'),
    ('LoadDepth', dict(img=CLEAR), r"a\.png: LoadDepth wants 'depth_path'"),
    ('LoadDepth', dict(img=CLEAR, depth_path='gone.png'), 'no depth map gone')])
def test_photos_that_cannot_be_hazed_are_named(step: str, results: dict, said: str):
    with pytest.raises((ValueError, FileNotFoundError), match=said):
        build(step)(dict(results, img_path='a.png'))

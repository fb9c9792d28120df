from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmhaze.physics import add_haze
from mmhaze.physics.airlight import estimate_airlight, soften_airlight
from mmhaze.synthesis.fog import WILD_FOGS, HazeParams, haze_fields, render
from mmhaze.synthesis.levels import beta_linear
from mmhaze.synthesis.wild import (
    WildScene,
    draw_params,
    draw_seed,
    photo_identity,
    prepare_scene,
)

AIRLIGHT = (0.9, 0.85, 0.8)


def params(fog: str = 'uniform', beta: float = 0.02) -> HazeParams:
    return HazeParams(fog=fog, beta=beta, beta_range=beta if fog == 'heterogeneous' else 0.0, airlight=AIRLIGHT,
                      airlight_range=0.0, noise='frida', seed=5)


def make_photo(shape: tuple[int, int] = (96, 128), seed: int = 0) -> np.ndarray:
    """Patches of colour with sharp edges."""
    patches = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(patches, shape[::-1], interpolation=cv2.INTER_NEAREST)


def slope(shape: tuple[int, int] = (96, 128), nearest: float = 4.0, farthest: float = 150.0) -> np.ndarray:
    rows = np.geomspace(farthest, nearest, shape[0], dtype=np.float32)
    return np.repeat(rows[:, None], shape[1], axis=1)


@pytest.mark.parametrize('fog', WILD_FOGS)
def test_a_rendered_photo_is_that_of_the_scattering_model(fog: str):
    scene = WildScene(make_photo(), slope())
    k, _ = haze_fields((96, 128), params(fog))
    expected = add_haze(scene.clear / 255, scene.depth, k, np.array(AIRLIGHT))
    hazy = render(scene.clear, scene.depth, params(fog))
    np.testing.assert_array_equal(hazy, (expected * 255).round().astype(np.uint8))


@pytest.mark.parametrize('fog', WILD_FOGS)
@pytest.mark.parametrize('beta', beta_linear()[1:])
def test_transmission_and_airlight_can_be_read_back_from_the_pixels(fog: str, beta: float):
    """A black and a white photo in the same haze differ by t, and the black one is A (1 - t)."""
    depth = slope()
    black, white = (render(np.full((96, 128, 3), value, np.uint8), depth, params(fog, beta)) / 255
                    for value in (0, 255))
    t = (white - black).mean(axis=2)
    k, _ = haze_fields((96, 128), params(fog, beta))
    np.testing.assert_allclose(t, np.exp(-k * depth), atol=1 / 255)
    hazy = t < 0.5
    np.testing.assert_allclose((black[hazy] / (1 - t[hazy])[:, None]).mean(axis=0), AIRLIGHT, atol=2e-3)


def test_level_0_is_the_photo_itself():
    photo = make_photo()
    for fog in WILD_FOGS:
        scene = prepare_scene(photo, slope())
        result = render(scene.clear, scene.depth, params(fog, beta=0.0))
        np.testing.assert_array_equal(result, photo)
        assert result is not scene.clear  # a caller may draw on it


def test_the_sky_is_the_airlight_where_far_is_infinite_and_shines_through_thin_haze_where_it_is_not():
    photo = np.full((40, 60, 3), 30, np.uint8)
    sky = np.full((40, 60), np.inf)
    gone = render(photo, prepare_scene(photo, sky, far=np.inf).depth, params(beta=0.003))
    np.testing.assert_array_equal(gone, np.broadcast_to(np.rint(np.array(AIRLIGHT) * 255), gone.shape))
    seen = render(photo, prepare_scene(photo, sky).depth, params(beta=0.003))
    t = np.exp(-0.003 * 500)
    np.testing.assert_allclose(seen[0, 0], 30 * t + np.array(AIRLIGHT) * 255 * (1 - t), atol=0.51)


def test_a_wall_stays_as_far_as_it_is():
    scene = prepare_scene(make_photo(), np.full((96, 128), 42.0))
    np.testing.assert_allclose(scene.depth, 42, rtol=1e-4)
    assert scene.depth.dtype == np.float32


def test_depth_moves_to_the_edges_of_the_photo():
    photo = np.full((80, 120, 3), (200, 180, 160), np.uint8)
    photo[:, 60:] = (40, 60, 50)
    depth = np.full((80, 120), 80.0)
    depth[:, 66:] = 15  # by a coarse network, say
    row = prepare_scene(photo, depth).depth[40]
    assert np.diff(row).argmin() == 59
    assert row[:60].min() > 79 and row[60:].max() < 40


def test_refining_leaves_nothing_farther_or_nearer_than_anything_was():
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)
    depth = rng.uniform(5, 60, (60, 80))
    scene = prepare_scene(photo, depth, radius=3)
    assert depth.min() <= scene.depth.min() + 1e-3 and scene.depth.max() <= depth.max() + 1e-3
    assert np.abs(scene.depth - depth).max() > 10


def test_without_a_radius_depth_is_only_capped():
    depth = slope(farthest=900)
    np.testing.assert_array_equal(prepare_scene(make_photo(), depth, radius=0, far=300).depth, np.minimum(depth, 300))


def test_the_result_is_the_same_to_the_byte_on_any_number_of_threads():
    photo, depth = make_photo((240, 320)), slope((240, 320))
    before = cv2.getNumThreads()
    results = []
    try:
        for threads in (1, 2, 8):
            cv2.setNumThreads(threads)
            scene = prepare_scene(photo, depth)
            hazy = [render(photo, scene.depth, params(fog)).tobytes() for fog in WILD_FOGS]
            results.append([scene.depth.tobytes(), *hazy])
    finally:
        cv2.setNumThreads(before)
    assert results[0] == results[1] == results[2]


def test_all_is_drawn_from_the_photo_and_its_seed():
    photo = make_photo()
    drawn = draw_params(photo, 7, beta_linear(), 'heterogeneous')
    assert [one.beta for one in drawn] == list(beta_linear())
    assert [one.beta_range for one in drawn] == list(beta_linear())
    assert {(one.fog, one.noise, one.seed) for one in drawn} == {('heterogeneous', 'frida', 7)}
    np.testing.assert_array_equal([one.airlight for one in drawn], [soften_airlight(estimate_airlight(photo))] * 10)
    assert {one.beta_range for one in draw_params(photo, 7, beta_linear())} == {0.0}
    assert draw_params(photo, 7, beta_linear()) == draw_params(photo, 7, beta_linear())


@pytest.mark.parametrize('fog', WILD_FOGS)
def test_a_row_reads_back_the_same_among_other_columns(fog: str):
    drawn = draw_params(make_photo(seed=3), 2**32 - 1, (1 / 3,), fog, 'hazel')[0]
    cells = drawn.as_text(colour=True)
    assert all(isinstance(cell, str) for cell in cells.values())
    assert HazeParams.from_text({'file': 'a.jpg', **cells, 'level': '3'}) == drawn


def test_a_row_that_lacks_a_column_is_refused_by_its_name():
    cells = params().as_text(colour=True)
    del cells['airlight_g']
    with pytest.raises(ValueError, match="no column 'airlight_g'"):
        HazeParams.from_text(cells)


def test_a_photo_goes_by_its_bytes_and_has_a_seed_of_its_own():
    # by sha256sum: of nothing
    assert photo_identity(b'') == 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    assert draw_seed(0, photo_identity(b'')) == 3560080667  # the same by sha256sum
    seeds = {draw_seed(seed, photo_identity(bytes([value]))) for seed in range(3) for value in range(50)}
    assert len(seeds) == 150 and max(seeds) < 2**32


@pytest.mark.parametrize(('change', 'complaint'), [
    (dict(airlight=(0.5, 0.5)), 'airlight must be'),
    (dict(airlight=(0.5, 0.5, 1.1)), 'airlight must be'),
    (dict(airlight=(0.5, 0.5, float('nan'))), 'airlight must be'),
    (dict(beta=-0.1), 'beta'),
    (dict(beta_range=0.01), 'beta_range must be 0 in uniform'),
    (dict(noise='other'), 'noise must be one of'),
    (dict(seed=-1), 'seed'),
])
def test_impossible_haze_is_refused(change: dict, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        replace(params(), **change)


@pytest.mark.parametrize(('photo', 'depth', 'far', 'complaint'), [
    (np.zeros((4, 5, 3)), np.ones((4, 5)), 500, 'photo must be'),
    (np.zeros((4, 5), np.uint8), np.ones((4, 5)), 500, 'photo must be'),
    (np.zeros((4, 5, 3), np.uint8), np.ones((5, 4)), 500, r'depth must be \(4, 5\).*got \(5, 4\)'),
    (np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5)), 500, 'a minimum of 0.0'),
    (np.zeros((4, 5, 3), np.uint8), np.full((4, 5), np.nan), 500, 'a minimum of nan'),
    (np.zeros((4, 5, 3), np.uint8), np.ones((4, 5)), 0, 'far must be'),
])
def test_what_is_no_scene_is_refused(photo: np.ndarray, depth: np.ndarray, far: float, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        prepare_scene(photo, depth, far=far)


def test_a_fog_of_uneven_airlight_is_refused():
    with pytest.raises(ValueError, match=r"fog must be one of \('uniform', 'heterogeneous'\), got 'cloudy'"):
        draw_params(make_photo(), 7, beta_linear(), 'cloudy')

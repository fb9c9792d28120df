from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from mmhaze.synthesis.scenes import SKY_DEPTH, render_scene
from mmhaze.synthesis.scenes.geometry import Ball, Box, Camera, Canvas, Light, Patch
from mmhaze.synthesis.scenes.layout import draw_scene
from mmhaze.synthesis.scenes.objects import Vehicle
from mmhaze.synthesis.scenes.scene import paint
from mmhaze.synthesis.scenes.textures import Plain, band, pulses

SMALL = (48, 64)
RED, BLUE = Plain((0.9, 0.0, 0.0), 0.0), Plain((0.0, 0.0, 0.9), 0.0)
NOON = Light(sun=(0.5, 0.5, 0.5), sky=(0.5, 0.5, 0.5), towards=(1e-9, 1.0, 1e-9))


@pytest.fixture(scope='module')
def scenes() -> list[tuple[np.ndarray, np.ndarray]]:
    return [render_scene(seed, SMALL) for seed in range(40)]


def canvas() -> Canvas:
    """Seen from 2 m above the ground, (100, 120): the axis at row 50, column 60, focal length 120 pixels."""
    return Canvas(Camera(height=2.0, focal=1.0, horizon=0.5), NOON, (100, 120))


def screen(z: float, material: Plain, left: float = -1.0, low: float = 1.0) -> Patch:
    return Patch((left, low, z), (2, 0, 0), (0, 2, 0), material)


def ground_depth(camera: Camera, size: tuple[int, int]) -> np.ndarray:
    """D = h f / (y - y_h), metres, for each row below the horizon, (H, 1); elsewhere it is infinite."""
    below = np.arange(size[0]) + 0.5 - camera.horizon * size[0]
    return np.where(below > 0, camera.height * camera.focal * size[1] / np.maximum(below, 1e-9), np.inf)[:, None]


@pytest.mark.slow
def test_a_seed_gives_the_same_scene_byte_for_byte_whatever_was_drawn_before(scenes):
    np.random.seed(1)  # noqa: NPY002 (the global state, of which nothing may depend)
    np.random.default_rng().random()
    for kept, again in zip(scenes[3], render_scene(3, SMALL)):
        assert kept.tobytes() == again.tobytes()


def test_the_global_random_state_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    render_scene(0, SMALL)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.slow
def test_no_two_seeds_look_alike(scenes):
    thumbnails = [cv2.resize(clear, (16, 12), interpolation=cv2.INTER_AREA).astype(float) for clear, _ in scenes]
    differences = [np.abs(a - b).mean() for i, a in enumerate(thumbnails) for b in thumbnails[:i]]
    assert min(differences) > 8 and np.median(differences) > 25


def test_types_and_ranges(scenes):
    for clear, depth in scenes:
        assert clear.shape == (*SMALL, 3) and clear.dtype == np.uint8
        assert depth.shape == SMALL and depth.dtype == np.float64
        assert np.isfinite(depth).all() and depth.min() > 0.5 and depth.max() == SKY_DEPTH


@pytest.mark.parametrize('seed', [0, 5, 11])
def test_bare_ground_has_the_closed_formulas_depth_and_all_else_is_nearer(seed):
    scene, size = draw_scene(seed), (120, 160)
    ground = np.broadcast_to(ground_depth(scene.camera, size), size)
    _, bare = paint(dataclasses.replace(scene, things=()), size)
    np.testing.assert_allclose(bare, np.where(ground < SKY_DEPTH, ground, SKY_DEPTH), rtol=1e-12)
    _, full = paint(scene, size)
    assert (full <= bare * (1 + 1e-12)).all()
    assert np.isclose(full[-30:], ground[-30:], rtol=1e-9).mean() > 0.4


def test_the_sky_is_above_the_horizon_only_and_everything_else_is_before_it(scenes):
    for seed, (_, depth) in enumerate(scenes):
        horizon = draw_scene(seed).camera.horizon * SMALL[0]
        rows = np.nonzero(depth == SKY_DEPTH)[0]
        assert len(rows) and rows.max() < horizon
        assert depth[depth != SKY_DEPTH].max() < 0.9 * SKY_DEPTH


def test_the_colour_of_the_sky_is_where_its_depth_is():
    scene = draw_scene(4)
    black = dataclasses.replace(scene.sky, low=(0.0, 0.0, 0.0), high=(0.0, 0.0, 0.0), cloud=(0.0, 0.0, 0.0))
    (clear, depth), (night, _) = paint(scene, SMALL), paint(dataclasses.replace(scene, sky=black), SMALL)
    np.testing.assert_array_equal((clear != night).any(2), depth == SKY_DEPTH)


def test_every_scene_has_things_near_and_far(scenes):
    for _, depth in scenes:
        assert (depth < 30).mean() > 0.15
        assert ((depth > 80) & (depth < SKY_DEPTH)).mean() > 0.002


@pytest.mark.parametrize('order', [(0, 1), (1, 0)])
def test_the_nearer_surface_hides_the_farther_in_colour_and_in_depth(order):
    picture, patches = canvas(), (screen(10, RED), screen(20, BLUE, left=0.0))
    for index in order:
        picture.paint_patch(patches[index])
    red, blue = picture.colour[..., 0] > 0, picture.colour[..., 2] > 0
    assert (picture.depth[red] == 10).all() and (picture.depth[blue] == 20).all()
    # 2 m at 10 m is 24 pixels; of the 12 x 12 that 2 m at 20 m spans, the left half is behind red
    assert red.sum() == 24 * 24 and blue.sum() == 0
    assert (picture.depth[~red & ~blue] == SKY_DEPTH).all()


def test_a_far_screen_shows_where_the_near_one_ends():
    picture = canvas()
    picture.paint_patch(screen(10, RED))
    picture.paint_patch(screen(20, BLUE, left=1.0))
    # x = 1..3 m at 20 m is columns 66..78, of which red takes those before 72
    assert (picture.colour[..., 2] > 0).sum() == 12 * 6


def test_a_slanted_wall_lies_on_its_plane():
    picture = canvas()
    picture.paint_patch(Patch((3, 0, 5), (0, 0, 45), (0, 6, 0), RED))
    row, column = np.nonzero(picture.colour[..., 0])
    np.testing.assert_allclose(picture.depth[row, column], 3 * 120 / (column + 0.5 - 60))
    assert len(row) > 500


def test_a_balls_near_side_lies_on_its_surface():
    picture = canvas()
    picture.paint_ball(Ball((1.0, 2.5, 12.0), (2.0, 1.5, 3.0), RED))
    row, column = np.nonzero(picture.depth < SKY_DEPTH)
    z = picture.depth[row, column]
    x, y = z * (column + 0.5 - 60) / 120, 2 + z * (50 - row - 0.5) / 120
    np.testing.assert_allclose(((x - 1) / 2)**2 + ((y - 2.5) / 1.5)**2 + ((z - 12) / 3)**2, 1)
    assert z.max() < 12 and z.min() < 9.1


@pytest.mark.parametrize('cabin', [(0.04, 0.72, 0.14), None])
def test_a_vehicle_is_before_the_ground_that_it_hides(cabin):
    scene, size = draw_scene(0), (120, 160)
    car = Vehicle((0.0, 0.0, 12.0), (1.8, 1.5, 4.0), (0.8, 0.1, 0.1), (0.1, 0.1, 0.1), cabin, oncoming=False)
    _, bare = paint(dataclasses.replace(scene, things=()), size)
    _, depth = paint(dataclasses.replace(scene, things=(car,)), size)
    covered = depth < bare - 0.2
    assert covered.sum() > 50
    assert depth[covered].min() == 12 and depth[covered].max() < 16.2
    # above the tyres, in the middle of its back, the ground would be far behind
    row = int((bare[:, 80] > 16.5).nonzero()[0].max())
    assert depth[row, 80] == 12


def test_shadows_fall_away_from_the_sun():
    light = Light(sun=(0.8, 0.8, 0.8), sky=(0.1, 0.1, 0.1), towards=(-0.6, 0.8, 1e-9))  # from the left
    picture = Canvas(Camera(height=2.0, focal=1.0, horizon=0.5), light, (100, 120))
    ground = Patch((-50, 0, 1), (100, 0, 0), (0, 0, 200), Plain((1.0, 1.0, 1.0), 0.0))
    picture.paint_patch(ground, [Box((-1, 0, 9), (0, 4, 11))])
    row = 50 + 24  # about 9.8 m ahead, where 1 m is 12.25 pixels; 4 m of height throw a shadow of 3 m
    dark = np.flatnonzero(picture.colour[row, :, 0] < 0.2)
    assert dark.min() == 48 and dark.max() == 96


@pytest.mark.parametrize('on, period', [(0.3, 1.0), (2.0, 7.0)])
def test_pulses_are_averaged_over_the_pixel(on, period):
    t = np.linspace(-10, 10, 41)
    fine = t[:, None] + np.linspace(-0.5, 0.5, 20001)[None] * 0.8
    np.testing.assert_allclose(pulses(t, np.full(41, 0.8), period, on), (fine % period < on).mean(1), atol=1e-3)
    inside = ((fine > 0) & (fine < on)).mean(1)
    np.testing.assert_allclose(band(t, np.full(41, 0.8), 0, on), inside, atol=1e-3)


def test_size_changes_the_resolution_and_not_the_scene():
    (small, near), (large, far) = render_scene(7, (60, 80)), render_scene(7, (180, 240))
    shrunk = cv2.resize(large, (80, 60), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(float) - small).mean() < 8
    # the middle one of each 3 x 3 pixels looks along the ray of the small picture's pixel
    assert np.isclose(far[1::3, 1::3], near, rtol=1e-6).mean() > 0.97


@pytest.mark.parametrize('size', [(16, 16), (90, 40), (33, 201)])
def test_any_shape_of_picture_works(size):
    clear, depth = render_scene(2, size)
    assert clear.shape == (*size, 3) and depth.shape == size and (depth < 30).any()


@pytest.mark.parametrize('size', [(0, 320), (240, -1), (240,), (240.0, 320), (15, 320), (240, 320, 3)])
def test_a_bad_size_is_named(size):
    with pytest.raises(ValueError, match=r'size is .height, width. in pixels.* at least 16, got'):
        render_scene(0, size)

"""What each kind of place promises of its depth."""
from __future__ import annotations

import numpy as np
import pytest

from mmhaze.synthesis.landscapes.buildings import paint_gable
from mmhaze.synthesis.landscapes.canvas import SKY_DEPTH, Camera, Canvas
from mmhaze.synthesis.landscapes.near import DEEPEST
from mmhaze.synthesis.landscapes.passage import paint_gorge, paint_railing
from mmhaze.synthesis.landscapes.place import KINDS, draw_light, paint_place
from mmhaze.synthesis.landscapes.ridges import draw_ridges, paint_ridge
from mmhaze.synthesis.landscapes.water import paint_water

SMALL = (48, 64)


def depths(name: str, count: int = 12) -> list[np.ndarray]:
    return [paint_place(name, np.random.default_rng(seed), SMALL)[1] for seed in range(count)]


@pytest.mark.parametrize('seed', range(5))
def test_a_farther_ridge_is_never_below_a_nearer_one(seed):
    rng = np.random.default_rng(seed)
    canvas = Canvas(KINDS['slopes'].draw_camera(rng), draw_light(rng), SMALL)
    ridges = draw_ridges(rng, SMALL, 4, 0.2, 0.8, 50)
    assert [ridge.near for ridge in ridges[:-1]] == [ridge.far for ridge in ridges[1:]]
    for ridge in ridges:
        paint_ridge(rng, canvas, ridge)
    assert (np.diff(canvas.depth, axis=0) <= 0).all() and canvas.depth[-1].max() < 500


def test_open_ground_is_nearer_towards_the_bottom():
    for depth in depths('open_ground'):
        rows = np.median(depth, axis=1)
        assert rows[-1] < min(rows[0], 500)  # trees may stand between


def test_a_skyline_has_sky_over_buildings_at_several_distances():
    made = depths('towers', 8)
    assert np.mean([(depth[0] == SKY_DEPTH).mean() for depth in made]) > 0.4
    assert all((depth[-1] != SKY_DEPTH).all() for depth in made)


def test_from_above_there_is_little_sky_and_the_far_is_above_the_near():
    made = depths('from_above', 4)
    assert np.mean([(depth == SKY_DEPTH).mean() for depth in made]) < 0.15
    assert all(np.median(depth[:12]) > np.median(depth[-12:]) for depth in made)


def test_near_things_have_no_sky():
    made = depths('indoors', 25)
    assert max(depth.max() for depth in made) <= DEEPEST
    assert min(depth.min() for depth in made) < 1


def test_a_gable_rises_to_a_ridge_above_its_eaves():
    canvas = Canvas(Camera(10.0, 1.0, 0.3), draw_light(np.random.default_rng(0)), SMALL)

    def plain(u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> np.ndarray:
        return np.ones((*u.shape, 3), np.float32)

    paint_gable(canvas, (-4.0, 0.0, 20.0), (4.0, 4.0, 28.0), plain, plain, 3.0)
    column = canvas.depth[:, 32]
    first = int((column != SKY_DEPTH).argmax())
    assert abs(first - canvas.row(0.0, 7.0, 24.0)) <= 1 and abs(column[first] - 24) < 1
    assert column[round(canvas.row(0.0, 2.0, 20.0))] == 20


def test_water_mirrors_what_stands_in_it():
    canvas = Canvas(Camera(4.0, 1.0, 0.3), draw_light(np.random.default_rng(0)), SMALL)
    red = np.float32((0.9, 0.05, 0.05))
    canvas.cutout(np.array(((-5.0, 0.0), (5.0, 0.0), (5.0, 6.0), (-5.0, 6.0))), 30.0,
                  lambda u, v, pixel: np.broadcast_to(red, (*u.shape, 3)))
    foot = round(canvas.row(0.0, 0.0, 30.0))
    paint_water(np.random.default_rng(0), canvas, np.full((*SMALL, 3), 0.9, np.float32))
    redness = canvas.colour[..., 0] - canvas.colour[..., 2]
    assert redness[foot + 1:foot + 7, 30:34].min() > redness[foot + 1:foot + 7, :10].max()
    np.testing.assert_allclose(canvas.depth[-1], 4 * 64 / (48 - 0.5 - 0.3 * 48), rtol=1e-5)


def test_a_gorge_leaves_a_gap_between_nearer_sides():
    for seed in range(4):
        rng = np.random.default_rng(seed)
        canvas = Canvas(Camera(2.0, 1.0, 0.5), draw_light(rng), SMALL)
        paint_gorge(rng, canvas)
        middle = canvas.depth[25]
        assert middle[32] > 2 * max(middle[0], middle[-1])


def test_a_railing_is_before_all_else():
    for seed in range(4):
        rng = np.random.default_rng(seed)
        canvas = Canvas(Camera(1.5, 1.0, 0.4), draw_light(rng), SMALL)
        paint_railing(rng, canvas)
        assert 0.02 < (canvas.depth < 7).mean() < 0.9


def test_a_landmark_stands_before_the_sky():
    made = depths('landmark', 8)
    assert np.mean([(depth == SKY_DEPTH).mean() for depth in made]) > 0.25
    assert all((depth[-1] != SKY_DEPTH).all() for depth in made)


def test_the_edge_of_the_sky_is_an_edge_of_the_picture(monkeypatch):
    """A sky of a colour that nothing else has is seen where the depth is the sky's, and nowhere else."""
    pink = np.float32((1.0, 0.2, 0.6))
    monkeypatch.setattr('mmhaze.synthesis.landscapes.place.draw_sky',
                        lambda rng, size, horizon: np.broadcast_to(pink, (*size, 3)))
    for name in KINDS:
        img, depth = paint_place(name, np.random.default_rng(2), SMALL)
        seen = (img == np.rint(pink[::-1] * 255)).all(-1)
        np.testing.assert_array_equal(seen, depth == SKY_DEPTH)

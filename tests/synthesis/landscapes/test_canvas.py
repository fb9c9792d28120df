from __future__ import annotations

import numpy as np

from mmhaze.synthesis.landscapes.canvas import FARTHEST, Camera, Canvas, Light
from mmhaze.synthesis.scenes import SKY_DEPTH

NOON = Light(np.full(3, 0.5), np.full(3, 0.5), np.array((0.0, 1.0, 0.0)))


def canvas(tilt: float = 0.0) -> Canvas:
    """Seen from 2 m above the ground, (100, 120): the axis at row 50, column 60, focal length 120 pixels."""
    return Canvas(Camera(2.0, 1.0, 0.5, tilt), NOON, (100, 120))


def plain(u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> np.ndarray:
    return np.full((*u.shape, 3), 0.5, np.float32)


def coordinates(u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> np.ndarray:
    return np.stack([u, v, pixel], -1)


def test_the_ground_has_the_closed_formulas_depth():
    made = canvas()
    made.ground(plain)
    below = np.arange(50) + 0.5
    np.testing.assert_allclose(made.depth[50:, 7], np.minimum(2 * 120 / below, FARTHEST), rtol=1e-5)
    assert (made.depth[:50] == SKY_DEPTH).all()


def test_a_tilted_horizon_is_lower_on_one_side():
    made = canvas(tilt=0.1)
    made.ground(plain)
    first = (made.depth != SKY_DEPTH).argmax(0)
    assert abs(first[-1] - first[0] - 0.1 * 119) <= 1


def test_a_wall_stands_where_the_ground_has_its_depth():
    made = canvas(tilt=0.05)
    made.quad((-1.0, 0.0, 10.0), (2.0, 0, 0), (0, 1.0, 0), plain)
    rows, columns = np.nonzero(made.depth != SKY_DEPTH)
    np.testing.assert_allclose(made.depth[rows, columns], 10, rtol=1e-5)
    assert abs(np.ptp(columns) - 2 * 120 / 10) <= 1 and abs(rows.max() - made.row(1.0, 0.0, 10.0)) <= 1
    made.ground(plain)
    assert abs(made.depth[rows.max() + 2, 60] - 10) < 1


def test_a_receding_wall_has_its_own_depth_and_metres():
    made = canvas()
    made.quad((2.0, 0.0, 5.0), (0, 0, 20.0), (0, 4.0, 0), coordinates)
    column = 100  # right of the axis by 40.5 pixels: z = 2 * 120 / 40.5
    np.testing.assert_allclose(made.depth[50, column], 240 / 40.5, rtol=1e-4)
    light = made.colour[50, column] / np.array((240 / 40.5 - 5, 2 - 0.5 / 120 * 240 / 40.5, 1))
    assert abs(light[0] / light[1] - 1) < 0.01


def test_the_nearer_hides_the_farther_in_any_order():
    boxes = [((-1.0, 0.0, 5.0), (1.0, 2.5, 6.0)), ((-3.0, 0.0, 9.0), (3.0, 4.0, 12.0))]
    depths = []
    for order in (boxes, boxes[::-1]):
        made = canvas()
        for low, high in order:
            made.box(low, high, plain, plain)
        depths.append(made.depth)
    np.testing.assert_array_equal(*depths)
    assert depths[0][50, 60] == 5


def test_a_stamp_is_cut_at_the_border():
    made = canvas()
    made.put(np.ones((10, 10), bool), np.ones(3, np.float32), 3.0, top=-5, left=115)
    assert (made.depth == 3).sum() == 25 and (made.depth[:5, 115:] == 3).all()


def test_a_cutout_has_its_outline_and_one_depth():
    made = canvas()
    made.cutout(np.array(((-2.0, 0.0), (2.0, 0.0), (0.0, 4.0))), 12.0, plain)  # a gable as high as wide: 40 pixels
    seen = made.depth == 12
    assert (seen | (made.depth == SKY_DEPTH)).all() and abs(seen.sum() - 40 * 40 / 2) < 2 * 40
    assert seen[69, 45] and seen[32, 60] and not seen[32, 45]

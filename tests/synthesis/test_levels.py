from __future__ import annotations

import numpy as np
import pytest

from mmhaze.synthesis.levels import HAZEL_LEVEL_BETAS, SCHEDULES, beta_linear, visibility_log


def test_haze_wild_is_the_clear_photo_and_then_hazel_level():
    assert beta_linear() == (0.0, *HAZEL_LEVEL_BETAS)
    assert beta_linear(3) == (0.0, 0.01, 0.015)


def test_visibilities_go_from_a_kilometre_to_sixty_metres_in_equal_ratios():
    betas = visibility_log()
    assert len(betas) == 10 and betas[0] == 0
    visibilities = 3 / np.array(betas[1:])
    np.testing.assert_allclose(visibilities[[0, -1]], (1000, 60))
    np.testing.assert_allclose(visibilities[1:] / visibilities[:-1], (60 / 1000) ** (1 / 8))


def test_two_levels_are_the_clear_photo_and_the_farthest_visibility():
    np.testing.assert_allclose(visibility_log(2, farthest=300, nearest=10), (0, 0.01))
    np.testing.assert_allclose(visibility_log(3, farthest=300, nearest=30), (0, 0.01, 0.1))


@pytest.mark.parametrize('schedule', SCHEDULES.values())
def test_one_level_is_no_schedule(schedule):
    with pytest.raises(ValueError, match=r'levels must be at least 2, .* got 1'):
        schedule(1)


@pytest.mark.parametrize(('farthest', 'nearest'), [(60, 60), (60, 1000), (100, 0), (float('nan'), 60)])
def test_visibilities_that_do_not_fall_are_refused(farthest: float, nearest: float):
    with pytest.raises(ValueError, match='farthest > nearest > 0'):
        visibility_log(10, farthest, nearest)

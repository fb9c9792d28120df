"""What a level means: the scattering coefficients of Hazel-level, the demo set and Haze-wild, the least haze first."""
from __future__ import annotations

from ..physics import visibility_to_beta


def _even_betas(count: int) -> tuple[float, ...]:
    """0.010, 0.015, 0.020 and so on, 1/metre."""
    return tuple((10 + 5 * step) / 1000 for step in range(count))


# Hazel-level labels its images 10, 15, ..., 50: a thousand times beta, 1/metre. One sees 300 m far at level 0 and 60 m
# at level 8.
HAZEL_LEVEL_BETAS = _even_betas(9)

# Visibilities of 600 m to 60 m, each 0.56 of the one before: equal ratios are about equal steps to the eye, and an
# evenly spaced beta would crowd the hazy end.
DEMO_BETAS = tuple(visibility_to_beta(600 * 0.1 ** (level / 4)) for level in range(5))


def beta_linear(levels: int = 10) -> tuple[float, ...]:
    """Haze-wild's betas, 1/metre: 0 is the clear photo, then 0.010, 0.015, ..., as those of Hazel-level."""
    _check_levels(levels)
    return (0.0, *_even_betas(levels - 1))


def visibility_log(levels: int = 10, farthest: float = 1000.0, nearest: float = 60.0) -> tuple[float, ...]:
    """Betas, 1/metre, of which each is the one before times the same number: about equal steps to the eye.

    Args:
        levels: how many; 0 is the clear photo.
        farthest, nearest: the visibilities of level 1 and of the last level, metres.
    """
    _check_levels(levels)
    if not farthest > nearest > 0:
        raise ValueError(f'farthest and nearest are visibilities in metres, farthest > nearest > 0; got {farthest} '
                         f'and {nearest}.')
    steps = max(levels - 2, 1)
    return (0.0, *(visibility_to_beta(farthest * (nearest / farthest) ** (step / steps)) for step in range(levels - 1)))


SCHEDULES = {'beta_linear': beta_linear, 'visibility_log': visibility_log}


def _check_levels(levels: int) -> None:
    if levels < 2:
        raise ValueError(f'levels must be at least 2, the clear photo and one with haze, got {levels}.')

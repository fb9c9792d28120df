"""What a level means: the scattering coefficients of Hazel-level and of the demo set, the least haze first."""
from __future__ import annotations

from ..physics import visibility_to_beta

# Hazel-level labels its images 10, 15, ..., 50: a thousand times beta, 1/metre. One sees 300 m far at level 0 and 60 m
# at level 8.
HAZEL_LEVEL_BETAS = tuple((10 + 5 * level) / 1000 for level in range(9))

# Visibilities of 600 m to 60 m, each 0.56 of the one before: equal ratios are about equal steps to the eye, and an
# evenly spaced beta would crowd the hazy end.
DEMO_BETAS = tuple(visibility_to_beta(600 * 0.1 ** (level / 4)) for level in range(5))

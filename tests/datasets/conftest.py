"""Drawn streets, and each of them in haze."""
from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from mmhaze.synthesis.fog import frida_params, render
from mmhaze.synthesis.scenes import render_scene


@pytest.fixture(scope='session')
def street() -> Callable[..., np.ndarray]:
    """``street(seed, beta=0.02, fog='uniform')``: a street in haze, (240, 320, 3) uint8."""
    @cache
    def clear(seed: int) -> tuple[np.ndarray, np.ndarray]:
        return render_scene(seed)

    @cache
    def hazy(seed: int, beta: float = 0.02, fog: str = 'uniform') -> np.ndarray:
        photo = render(*clear(seed), frida_params(fog, beta, seed)) if beta else clear(seed)[0]
        photo.setflags(write=False)
        return photo

    return hazy

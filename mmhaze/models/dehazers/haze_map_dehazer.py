from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...haze_map import estimate_haze
from ...io.photo import from_unit_rgb
from ...physics.scattering import T_MIN, restore_contrast
from ...registry import MODELS
from .base import BaseDehazer


def restrain(transmission: np.ndarray) -> np.ndarray:
    r"""What to divide by, in place of t: t itself from 0.1 on, and towards 1 as t falls from there to 0.

    Where hardly any light passes there is no scene to restore: to divide by the little t would show noise and blocks in
    a hidden sky. So the gain 1 / t falls from 10 at t = 0.1 evenly to 1 at t = 0.

    Args:
        transmission: t, float32 in [0, 1].
    """
    gain = 1 + (1 / T_MIN - 1) * transmission / np.float32(T_MIN)
    return np.where(transmission < T_MIN, 1 / gain, transmission)


@MODELS.register_module()
class HazeMapDehazer(BaseDehazer):
    r"""The scattering model solved for the clear photo, with what the network in the box sees: J = (I - A) / t + A.

    t and A are those of :func:`mmhaze.estimate_haze`, see :func:`restrain` for small t. A clear sky has t near 1 and
    stays as it is. Without parameters of its own; it gives no gradients and is not trained.
    """

    whole_photo = True  # its network sees all of it

    @torch.no_grad()
    def restore(self, hazy: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same, not clamped."""
        restored = torch.empty(hazy.shape)
        for planes, result in zip(hazy.float().cpu().numpy(), restored.numpy()):
            found = estimate_haze(from_unit_rgb(planes))
            divisor = restrain(found.transmission)
            for channel, plane in enumerate(planes):  # one at a time, as a large photo fills the memory
                result[channel] = restore_contrast(plane, divisor, found.airlight[2 - channel])
        return restored.to(hazy)

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from ...haze_map import estimate_haze
from ...haze_map.sizes import input_shape
from ...io.photo import from_unit_rgb
from ...io.resizing import resize
from ...physics.scattering import restore_contrast
from ...registry import MODELS
from .base import BaseDehazer

LEAST = 0.2  # t that is divided by; an estimate is too coarse for less
SURROUNDINGS = 0.08  # of the longer side
OWN_WEIGHT = 0.1


def restrain(transmission: np.ndarray) -> np.ndarray:
    r"""What to divide by, in place of t: t itself from 0.2 on, and towards 1 as t falls from there to 0.

    Where hardly any light passes there is no scene to restore: to divide by the little t would show noise and blocks in
    a hidden sky. So the gain 1 / t falls from 5 at t = 0.2 evenly to 1 at t = 0.

    Args:
        transmission: t, float32 in [0, 1].
    """
    gain = 1 + (1 / LEAST - 1) * transmission / np.float32(LEAST)
    return np.where(transmission < LEAST, 1 / gain, transmission)


def light_of_haze(photo: np.ndarray, transmission: np.ndarray, airlight: np.ndarray) -> np.ndarray:
    r"""The airlight of each place: that of the photo, but where haze hides all, what is seen there.

    One A for a whole photo turns what is lit otherwise black or white, as the fog below a lamp. The mean of the
    surroundings is weighed by :math:`(1 - t)^4`, and A counts as much as haze at a tenth of the places does.

    Args:
        photo: (H, W, 3) uint8 BGR.
        transmission: t, (H, W) float32.
        airlight: A of the photo, (3,) BGR in [0, 1].

    Returns:
        (H, W, 3) float32 BGR in [0, 1].
    """
    shape = input_shape(*photo.shape[:2])
    small = resize(photo, shape).astype(np.float32) / 255
    hidden = ((1 - resize(transmission, shape))**4)[..., None]
    window = max(shape) * SURROUNDINGS
    seen, weight = (cv2.GaussianBlur(each, (0, 0), window) for each in (small * hidden, hidden))
    local = (seen + OWN_WEIGHT * airlight) / (weight[..., None] + OWN_WEIGHT)
    return resize(local.astype(np.float32), photo.shape[:2])


@MODELS.register_module()
class HazeMapDehazer(BaseDehazer):
    r"""The scattering model solved for the clear photo, with what the network in the box sees: J = (I - A) / t + A.

    t and A are those of :func:`mmhaze.estimate_haze`; see :func:`restrain` for small t, :func:`light_of_haze` for A. A
    clear sky has t near 1 and stays as it is. Without parameters of its own; it gives no gradients and is not trained.
    """

    whole_photo = True  # its network sees all of it

    @torch.no_grad()
    def restore(self, hazy: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same, not clamped."""
        restored = torch.empty(hazy.shape)
        for planes, result in zip(hazy.float().cpu().numpy(), restored.numpy()):
            photo = from_unit_rgb(planes)
            found = estimate_haze(photo)
            light = light_of_haze(photo, found.transmission, found.airlight)
            divisor = restrain(found.transmission)
            for channel, plane in enumerate(planes):  # one at a time, as a large photo fills the memory
                result[channel] = restore_contrast(plane, divisor, light[..., 2 - channel])
        return restored.to(hazy)

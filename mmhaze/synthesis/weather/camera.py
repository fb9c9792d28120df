"""Between the haze and the picture: a bonnet, reflections and drops on a glass, the camera. None of it is haze."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .draws import Draws


def put_in_front(draws: Draws, hazy: Tensor, transmission: Tensor, sky: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A bonnet or dashboard below in a quarter, a veil of reflections in a fifth, drops on the glass in a tenth."""
    size = (hazy.shape[2], hazy.shape[3])
    down = torch.linspace(0, 1, size[0]).view(1, 1, -1, 1)
    right = torch.linspace(-0.5, 0.5, size[1]).view(1, 1, 1, -1)
    edge = draws.even(0.72, 0.97) + draws.even(-0.1, 0.1) * right + draws.even(0, 0.3) * right**2
    front = draws.happens(0.25) & (down > edge)
    colour = draws.ratio(0.02, 0.35) * draws.factor(0.08, channels=3)
    colour = colour * (1 + 0.3 * draws.field(size, cells=3, persistence=0.7))
    hazy = torch.where(front, colour.clamp(0, 1), hazy)

    veil = draws.happens(0.2) * draws.even(0, 0.12) * torch.sigmoid(2 * draws.field(size, octaves=3))
    hazy = hazy * (1 - veil) + veil * draws.even(0.5, 1)
    drops = draws.happens(0.1) & (draws.field(size, octaves=3, cells=8, persistence=0.9) > 1.3)
    hazy = torch.where(drops, blur(hazy, 7) * draws.even(0.8, 1.1), hazy)
    return hazy, torch.where(front, 1.0, transmission), sky & ~front


def photograph(draws: Draws, hazy: Tensor) -> Tensor:
    """Dusk in an eighth, exposure, gamma, contrast, black level, blur or sharpening, noise and 8 bits: (N, 3, H, W)."""
    light = torch.where(draws.happens(0.12), draws.even(0.2, 0.8), 1.0) * draws.factor(0.12)
    img = (hazy * light).clamp(0, 1)**draws.factor(0.15)
    contrast = draws.happens(0.4) * draws.even(0, 0.6)
    img = img + contrast * (img * img * (3 - 2 * img) - img)
    black = draws.happens(0.3) * draws.even(0, 0.06)
    img = black + img * (1 - black)
    smooth = blur(img, 3)
    img = img + draws.happens(0.4) * draws.even(0, 1) * (smooth - img)
    img = img + draws.happens(0.25) * draws.even(0, 0.8) * (img - smooth)
    img = img + torch.randn(img.shape, generator=draws.generator) * draws.ratio(0.001, 0.03)
    return (img.clamp(0, 1) * 255).round() / 255


def blur(img: Tensor, window: int) -> Tensor:
    """The mean over a window of an odd side, the rows first: for 25 pixels a tenth of the time of both at once."""
    padded = F.pad(img, (window // 2,) * 4, mode='reflect')
    return F.avg_pool2d(F.avg_pool2d(padded, (1, window), 1), (window, 1), 1)

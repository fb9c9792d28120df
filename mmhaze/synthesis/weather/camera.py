"""Between the haze and the picture: a bonnet, reflections and drops on a glass, the camera. None of it is haze."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .draws import Draws

EXPOSURE = (0.5, 4.0)  # how far a camera goes


def put_in_front(draws: Draws, hazy: Tensor, transmission: Tensor, sky: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A bonnet or dashboard below in a quarter, a veil of reflections in a fifth, drops on the glass in a sixth, the
    glare of a light in an eighth."""
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
    drops = draws.happens(0.16) & (draws.field(size, octaves=3, cells=8, persistence=0.9) > draws.even(0.9, 1.8))
    hazy = torch.where(drops, blur(hazy, 7) * draws.even(0.8, 1.1), hazy)
    from_light = ((right - draws.even(-0.5, 0.5)) * size[1] / size[0])**2 + (down - draws.even(0, 0.6))**2
    glare = draws.happens(0.12) * draws.even(0.05, 0.5) * (-from_light / draws.ratio(0.05, 0.5)**2).exp()
    hazy = hazy + glare * draws.factor(0.08, channels=3)
    return hazy, torch.where(front, 1.0, transmission), sky & ~front


def photograph(draws: Draws, hazy: Tensor, airlight: Tensor) -> tuple[Tensor, Tensor]:
    """What a camera makes of it: exposure by the mean, darker in an eighth (dusk), gamma, contrast, black level, blur
    or sharpening, noise and 8 bits.

    Returns:
        The pictures, (N, 3, H, W), and the airlight in them, (N, 3, 1, 1).
    """
    exposure = (draws.even(0.3, 0.75) / hazy.mean((1, 2, 3), keepdim=True).clamp(min=1e-3)).clamp(*EXPOSURE)
    exposure = exposure * torch.where(draws.happens(0.12), draws.even(0.3, 0.9), 1.0)
    gamma, contrast = draws.factor(0.15), draws.happens(0.4) * draws.even(0, 0.6)
    black = draws.happens(0.3) * draws.even(0, 0.06)

    def develop(light: Tensor) -> Tensor:
        tone = (light * exposure).clamp(0, 1)**gamma
        tone = tone + contrast * (tone * tone * (3 - 2 * tone) - tone)
        return black + tone * (1 - black)

    img, airlight = develop(hazy), develop(airlight)
    smooth = blur(img, 3)
    img = img + draws.happens(0.4) * draws.even(0, 1) * (smooth - img)
    img = img + draws.happens(0.25) * draws.even(0, 0.8) * (img - smooth)
    img = img + torch.randn(img.shape, generator=draws.generator) * draws.ratio(0.001, 0.03)
    return (img.clamp(0, 1) * 255).round() / 255, airlight


def blur(img: Tensor, window: int) -> Tensor:
    """The mean over a window of an odd side, the rows first: for 25 pixels a tenth of the time of both at once."""
    padded = F.pad(img, (window // 2,) * 4, mode='reflect')
    return F.avg_pool2d(F.avg_pool2d(padded, (1, window), 1), (window, 1), 1)

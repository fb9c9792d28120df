"""What a scene looks like in clear air: the section of it, its colours, its sky, its light."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .camera import blur
from .draws import Draws

FLAT_WINDOW = 25  # pixels over which light is flattened


def take_section(draws: Draws, clear: Tensor, nearness: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """A part of each scene, 45 to 100 % of a side, half of them mirrored: (N, 3, H, W) and (N, 1, H, W) of ``size``."""
    share, aspect = draws.even(0.45, 1), draws.factor(0.12).clamp(0.8, 1.25)
    wide, high = (share * aspect).clamp(max=1), (share / aspect).clamp(max=1)
    mirrored = torch.where(draws.happens(0.5), -1.0, 1.0)
    place = torch.zeros(draws.count, 2, 3)
    place[:, 0, 0] = (wide * mirrored).flatten()
    place[:, 0, 2] = (draws.even(-1, 1) * (1 - wide)).flatten()
    place[:, 1, 1] = high.flatten()
    place[:, 1, 2] = (draws.even(-1, 1) * (1 - high)).flatten()
    grid = F.affine_grid(place, [draws.count, 3, *size], align_corners=False)
    return (F.grid_sample(clear, grid, mode='bilinear', padding_mode='reflection', align_corners=False),
            F.grid_sample(nearness, grid, mode='nearest', padding_mode='reflection', align_corners=False))


def change_colours(draws: Draws, clear: Tensor) -> Tensor:
    """Another gamma, exposure, white balance and saturation; 15 % are nearly grey."""
    clear = clear.clamp(0, 1)**draws.factor(0.3)
    clear = clear * draws.factor(0.25) * draws.factor(0.06, channels=3)
    saturation = torch.where(draws.happens(0.15), draws.even(0, 0.3), draws.even(0.35, 1.35))
    grey = clear.mean(1, keepdim=True)
    return (grey + (clear - grey) * saturation).clamp(0, 1)


def paint_sky(draws: Draws, clear: Tensor, sky: Tensor, share: float = 0.75) -> Tensor:
    """Another sky in this share of the pictures: blue, overcast of any brightness or red, clouds, sometimes the sun."""
    size = (clear.shape[2], clear.shape[3])
    down = torch.linspace(0, 1, size[0]).view(1, 1, -1, 1)
    right = torch.linspace(0, 1, size[1]).view(1, 1, 1, -1)
    kind, grey = draws.even(0, 1), draws.even(0.3, 1)
    low = grey * draws.factor(0.04, channels=3)
    overcast = grey * draws.even(0.55, 1.1) * draws.factor(0.06, channels=3)
    blue = torch.cat([draws.even(0.15, 0.5), draws.even(0.35, 0.65), draws.even(0.65, 0.95)], dim=1)
    red = torch.cat([draws.even(0.7, 1), draws.even(0.4, 0.75), draws.even(0.2, 0.6)], dim=1)
    top, low = torch.where(kind < 0.4, blue, overcast), torch.where(kind > 0.92, red, low)
    horizon = (sky * down).amax((2, 3), keepdim=True).clamp(min=0.05)
    along = (down / horizon).clamp(0, 1)**draws.even(0.5, 2.5)
    painted = top * (1 - along) + low * along

    clouds = draws.field(size, octaves=5, cells=3, stretch=2.5) + draws.even(-1.2, 1.6)
    cover = torch.sigmoid(2 * draws.ratio(0.5, 4) * clouds) * draws.happens(0.75)
    darkest = torch.where(draws.happens(0.25), draws.even(0.4, 0.75), draws.even(0, 0.45))  # a storm in some
    shade = 1 - darkest * torch.sigmoid(2 * draws.field(size, cells=3, stretch=2))
    cloud = draws.even(0.45, 1.05) * shade * draws.factor(0.03, channels=3)
    painted = (painted * (1 - cover) + cloud * cover).clamp(0, 1)

    from_sun = ((right - draws.even(0, 1)) * size[1] / size[0])**2 + (down - draws.even(0, 0.5))**2
    glow = draws.happens(0.25) * draws.even(0.1, 0.7) * (-from_sun / draws.ratio(0.03, 0.4)**2).exp()
    return torch.where(draws.happens(share) & sky, (painted + glow).clamp(0, 1), clear)


def flatten_light(draws: Draws, clear: Tensor, sky: Tensor) -> Tensor:
    """The light of a dull day in half of the pictures: less shading, and darker; the sky stays."""
    dull = draws.happens(0.5)
    shading = torch.where(dull, draws.even(0.4, 1), 1.0)
    darkness = torch.where(dull, draws.even(0.35, 1), 1.0)
    mean = blur(clear, FLAT_WINDOW)
    return torch.where(sky, clear, (mean + (clear - mean) * shading) * darkness)

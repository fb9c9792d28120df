from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .air import add_air
from .camera import photograph, put_in_front
from .clear import change_colours, flatten_light, paint_sky, take_section
from .draws import Draws

SKY_FROM = 600.0  # metres


class DrawnWeather(NamedTuple):
    """Hazy pictures and what is true of them.

    Attributes:
        img: (N, 3, H, W) RGB in [0, 1], of 8 bits.
        transmission: t, (N, 1, H, W) in [0, 1].
        sky: (N, 1, H, W) bool.
        airlight: A, (N, 3), RGB in [0, 1].
    """

    img: Tensor
    transmission: Tensor
    sky: Tensor
    airlight: Tensor


def draw_weather(clear: Tensor, depth: Tensor, size: tuple[int, int], generator: torch.Generator) -> DrawnWeather:
    """Weather over clear scenes; the same for the same state of ``generator``.

    Args:
        clear: (N, 3, h, w) RGB in [0, 1].
        depth: metres, (N, 1, h, w), above 0; 600 and more is the sky.
        size: (H, W) of the pictures.
        generator: what all is drawn with, on the CPU.

    Raises:
        ValueError: the shapes do not fit, or a depth is not above 0.
    """
    if clear.ndim != 4 or clear.shape[1] != 3 or depth.shape != (len(clear), 1, *clear.shape[2:]):
        raise ValueError(f'draw_weather wants clear as (N, 3, h, w) and depth as (N, 1, h, w), got '
                         f'{tuple(clear.shape)} and {tuple(depth.shape)}.')
    if not depth.min() > 0:
        raise ValueError(f'draw_weather wants depth in metres, above 0, got {float(depth.min())}.')
    draws = Draws(len(clear), generator)
    clear, nearness = take_section(draws, clear, 1 / depth, size)
    sky = nearness < 1 / SKY_FROM
    clear = flatten_light(draws, paint_sky(draws, change_colours(draws, clear), sky), sky)
    hazy, transmission, airlight = add_air(draws, clear, nearness, sky)
    hazy, transmission, sky = put_in_front(draws, hazy, transmission, sky)
    img, airlight = photograph(draws, hazy, airlight)
    return DrawnWeather(img, transmission, sky, airlight.flatten(1))

"""A photo as CLIP takes it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

from ..io.files import read_json

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
BICUBIC = 3  # Pillow's number


@dataclass(frozen=True)
class Preprocess:
    """Shorter side to ``size`` pixels, bicubic by Pillow, the middle of the rest, and RGB normalised; as OpenAI's CLIP.

    Where the middle leaves an odd rest, two libraries differ by a pixel, and each is followed with its own networks:
    torchvision, and so OpenAI and open_clip, rounds half of the rest to even, transformers rounds it down.

    Attributes:
        size: pixels of a side.
        mean, std: of RGB in [0, 1].
        round_down: whether to crop as transformers does.
    """

    size: int
    mean: tuple[float, ...] = MEAN
    std: tuple[float, ...] = STD
    round_down: bool = False

    def __call__(self, img: np.ndarray) -> Tensor:
        """(H, W, 3) uint8 BGR -> (3, size, size) float32."""
        if not isinstance(img, np.ndarray) or img.ndim != 3 or img.shape[2] != 3 or img.dtype != np.uint8 \
                or not img.size:
            what = f'{img.shape} {img.dtype}' if isinstance(img, np.ndarray) else type(img).__name__
            raise ValueError(f'CLIP takes photos (H, W, 3) uint8 BGR, got {what}.')
        small = F.resize(Image.fromarray(np.ascontiguousarray(img[..., ::-1])), [self.size], InterpolationMode.BICUBIC)
        if self.round_down:
            left, top = ((side - self.size) // 2 for side in small.size)
            middle = small.crop((left, top, left + self.size, top + self.size))
        else:
            middle = F.center_crop(small, [self.size, self.size])
        return F.normalize(F.to_tensor(middle), self.mean, self.std)


def read_transformers(folder: Path, size: int) -> Preprocess:
    """What ``preprocessor_config.json`` of transformers says, or ``processor_config.json``; without them CLIP's own.

    Args:
        folder: where the file may lie.
        size: what the network takes.

    Raises:
        ValueError: the file asks for something else than CLIP does; it names the file.
    """
    for file in (folder / 'preprocessor_config.json', folder / 'processor_config.json'):
        settings = read_json(file) if file.is_file() else {}
        settings = settings.get('image_processor', settings)
        if 'image_mean' in settings:
            break
    else:
        return Preprocess(size, round_down=True)
    asked = [settings.get(name, True) for name in ('do_resize', 'do_center_crop', 'do_rescale', 'do_normalize')]
    if not all(asked) or settings.get('resample', BICUBIC) != BICUBIC:
        raise ValueError(f'{file} asks for something else than CLIP does: wanted bicubic resizing, a crop of the '
                         'middle, and normalising.')
    sides = [_side(settings.get(name, size), keys, file)
             for name, keys in (('size', {'shortest_edge'}), ('crop_size', {'height', 'width'}))]
    if sides != [size, size]:
        raise ValueError(f'{file} resizes to {sides[0]} and crops to {sides[1]} pixels, the network takes {size}.')
    mean, std = (_three(settings.get(name, default), file)
                 for name, default in (('image_mean', MEAN), ('image_std', STD)))
    return Preprocess(size, mean, std, round_down=True)


def read_open_clip(settings: Mapping[str, Any], file: Path, size: int) -> Preprocess:
    """The same from ``preprocess_cfg`` in open_clip's ``open_clip_config.json``, whose other settings were read."""
    if settings.get('resize_mode', 'shortest') != 'shortest' or settings.get('interpolation', 'bicubic') != 'bicubic':
        raise ValueError(f'{file} asks for something else than CLIP does: wanted the shorter side resized, bicubic.')
    mean, std = (_three(settings.get(name, default), file) for name, default in (('mean', MEAN), ('std', STD)))
    return Preprocess(size, mean, std)


def _side(size: Any, keys: set[str], file: Path) -> int:
    if isinstance(size, dict) and set(size) == keys and len(set(size.values())) == 1:
        size = next(iter(size.values()))
    if not isinstance(size, int):
        raise ValueError(f'{file} does not resize the shorter side, or does not crop a square. Wanted what CLIP has.')
    return size


def _three(numbers: Any, file: Path) -> tuple[float, ...]:
    if len(numbers) != 3:
        raise ValueError(f'{file} has {len(numbers)} colours, wanted 3.')
    return tuple(float(number) for number in numbers)

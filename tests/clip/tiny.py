"""A CLIP of a few kilobytes, made on the spot and saved as a real one is."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.studies import small_clip
from mmhaze.clip import ClipBackend
from mmhaze.clip.preprocess import MEAN, STD, Preprocess

SIZE, WIDTH, PLACES = 32, 16, 16  # pixels, numbers of a feature, 4x4 patches of 8 pixels
ENDS = small_clip.ENDS


def save_tiny_clip(folder: Path, words: dict[str, int] | None = None, merges: str = '#version: 0.2\n') -> Path:
    """A folder as save_pretrained writes it; by default every letter is a word."""
    network = small_clip.build_clip(folder, words, merges, SIZE, width=32, layers=2, heads=2, projection=WIDTH)
    generator = torch.Generator().manual_seed(0)
    for name, weight in network.named_parameters():
        if weight.ndim > 1:  # of a size that makes something of photos and words
            weight.data.normal_(0, 0.3, generator=generator)
        elif name != 'logit_scale':
            weight.data += torch.randn(weight.shape, generator=generator) / 5
    network.save_pretrained(folder)
    return folder


def read_parameters(folder: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file
    return load_file(folder / 'model.safetensors')


def pixels_by_hand(img: np.ndarray, size: int = SIZE) -> torch.Tensor:
    """CLIP's preprocessing of photos whose longer side loses an even number of pixels, with Pillow and NumPy."""
    height, width = img.shape[:2]
    scale = size / min(height, width)
    small = np.asarray(Image.fromarray(img[..., ::-1].copy()).resize((int(width * scale), int(height * scale)),
                                                                     Image.Resampling.BICUBIC), np.float64)
    top, left = (small.shape[0] - size) // 2, (small.shape[1] - size) // 2
    crop = small[top:top + size, left:left + size] / 255
    return torch.from_numpy(((crop - MEAN) / STD).transpose(2, 0, 1)).float()


class ConstructedClip(ClipBackend):
    """A CLIP whose features are known: of a photo, and of each quarter of it, its brightness as an angle; of the
    prompt ``'NUMBER ...'``, the number as one."""

    width, source = 2, 'constructed'

    def __init__(self) -> None:
        super().__init__('cpu', Preprocess(2, (0.0,) * 3, (1.0,) * 3))

    def _read(self, prompts: list[str]) -> torch.Tensor:
        return self._point(torch.tensor([float(prompt.split()[0]) for prompt in prompts])) * 3

    def _see(self, pixels: torch.Tensor) -> torch.Tensor:
        quarters = pixels.mean(1).flatten(1)
        return self._point(torch.cat([quarters.mean(1, keepdim=True), quarters], dim=1)) * 7

    @staticmethod
    def _point(share: torch.Tensor) -> torch.Tensor:
        return torch.stack([torch.cos(share * np.pi / 2), torch.sin(share * np.pi / 2)], dim=-1)

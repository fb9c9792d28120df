"""Which of several texts says best what a photo shows, without any training."""
from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def domain_probabilities(images: Tensor, texts: Tensor, scale: float = 100.0) -> Tensor:
    """softmax(scale cos(image, text)) over the texts, as CLIP is read.

    Args:
        images: features of photos, (N, C).
        texts: features of a text for each domain, (K, C).
        scale: 100 is the greatest that CLIP could learn, and what its published networks learnt.

    Returns:
        (N, K), each row adds up to 1.

    Raises:
        ValueError: the shapes do not fit.
    """
    check_widths(images, texts)
    return (scale * F.normalize(images, dim=-1) @ F.normalize(texts, dim=-1).T).softmax(-1)


def check_widths(images: Tensor, texts: Tensor) -> None:
    """Raises a ValueError unless the two are (N, C) and (K, C)."""
    if images.ndim != 2 or texts.ndim != 2 or images.shape[1] != texts.shape[1] or not len(texts):
        raise ValueError(f'Wanted features of photos (N, C) and of at least one text (K, C), got {tuple(images.shape)} '
                         f'and {tuple(texts.shape)}. Both must come from the same CLIP.')

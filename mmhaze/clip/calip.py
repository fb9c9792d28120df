"""CALIP: zero-shot classification with CLIP, in which photo and texts attend to each other without parameters."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..io.media import batches
from .backends import ClipBackend
from .zero_shot import check_widths

Betas = tuple[float, float, float]
BETAS: Betas = (1.0, 1.0, 0.05)


def calip_logits(image: Tensor, tokens: Tensor, texts: Tensor, betas: Betas = BETAS, scale: float = 100.0,
                 attention: float = 2.0) -> Tensor:
    r"""CALIP's parameter-free attention [Guo et al., AAAI 2023], with its three terms.

    With :math:`A = F_s F_t^T` between places and texts,

    .. math::
        F_t^a &= \mathrm{softmax}_{HW}(2A)^T F_s \\
        F_s^a &= \mathrm{softmax}_K(2A) F_t, \quad F_v^a = \mathrm{mean}_{HW} F_s^a + \mathrm{max}_{HW} F_s^a \\
        \mathrm{logits} &= 100 (\beta_1 F_v F_t^T + \beta_2 F_v F_t^{aT} + \beta_3 F_v^a F_t^T)

    All features are of unit length, as :class:`~mmhaze.clip.ClipBackend` gives them; those made here are not brought
    to it again.

    Args:
        image: F_v, the features of whole photos, (N, C).
        tokens: F_s, those of their T places, (N, T, C).
        texts: F_t, (K, C).
        betas: of the three terms. (1, 0, 0) is CLIP without CALIP.
        scale: 100 above.
        attention: 2 above, as in the authors' code.

    Returns:
        (N, K).

    Raises:
        ValueError: the shapes do not fit.
    """
    check_widths(image, texts)
    if tokens.ndim != 3 or tokens.shape[::2] != image.shape or not tokens.shape[1]:
        raise ValueError(f'Wanted the features of places (N, T, C) of photos {tuple(image.shape)}, got '
                         f'{tuple(tokens.shape)}. Both come from encode_tokens.')
    near = attention * tokens @ texts.T                                   # (N, T, K)
    texts_seen = near.softmax(1).transpose(1, 2) @ tokens                 # F_t^a, (N, K, C)
    places_read = near.softmax(2) @ texts                                 # F_s^a, (N, T, C)
    image_read = places_read.mean(1) + places_read.amax(1)                # F_v^a, (N, C)
    return scale * (betas[0] * image @ texts.T + betas[1] * torch.einsum('nc,nkc->nk', image, texts_seen)
                    + betas[2] * image_read @ texts.T)


class CalipClassifier:
    """Tells the haze level of photos by words alone: nothing is trained, so there is no ``fit`` and nothing to save.

    CALIP's authors chose their betas by a search on the very labels that they then reported. Here they are settings,
    the same for every data set: if you change them, choose on the training or validation split, never on the test one.

    Args:
        clip: what sees and reads.
        prompts: for each level, from the least haze, a prompt such as ``'a photo in light haze'``; or several, whose
            features are averaged.
        betas: see :func:`calip_logits`.
        batch_size: photos that go through the network together.

    Raises:
        ValueError: there are fewer than two levels, or one has no prompt.
    """

    def __init__(self, clip: ClipBackend, prompts: Sequence[str | Sequence[str]], betas: Betas = BETAS,
                 batch_size: int = 32) -> None:
        levels = [[each] if isinstance(each, str) else list(each) for each in prompts]
        if isinstance(prompts, str) or len(levels) < 2 or not all(levels):
            raise ValueError(f'prompts has one or several for each of at least two levels, got {prompts!r}.')
        if len(betas) != 3 or batch_size < 1:
            raise ValueError(f'Wanted three betas and a batch_size from 1, got {betas} and {batch_size}.')
        self.clip, self.betas, self.batch_size = clip, betas, batch_size
        self.num_levels = len(levels)
        # (K, C): the mean of a level's unit vectors, brought to unit length again
        self.texts = F.normalize(torch.stack([clip.encode_text(each).mean(0) for each in levels]), dim=-1)

    def predict_proba(self, photos: Iterable[np.ndarray]) -> np.ndarray:
        """The probability of each level, (N, K) float32; each photo is (H, W, 3) uint8 BGR. They add up to 1, and are
        no frequencies: 3 of 10 photos at 0.7 need not be wrong."""
        rows = [calip_logits(*self.clip.encode_tokens(batch), self.texts, self.betas).softmax(-1).numpy()
                for batch in batches(photos, self.batch_size)]
        return np.concatenate([np.empty((0, self.num_levels), np.float32), *rows])

    def predict(self, photos: Iterable[np.ndarray]) -> np.ndarray:
        """The level of each photo, (N,) int; of equally probable ones the lowest."""
        return self.predict_proba(photos).argmax(1)

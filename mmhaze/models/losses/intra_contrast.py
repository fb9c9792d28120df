from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...haze_map import estimate_haze
from ...registry import MODELS
from ...ucm import segment_haze_batch
from .warm_up import warmed_up

LUMA = (0.299, 0.587, 0.114)
SELECTIONS = ('clear', 'hazy', 'mask', 'haze_map')


def extreme_patches(images: Tensor, size: int, count: int, by: str = 'brightness') -> tuple[Tensor, Tensor]:
    """The places of the brightest and of the darkest patches of each image; or of the haziest and of the clearest.

    Args:
        images: (N, 3, H, W) RGB in [0, 1].
        size: side of the patches, which lie side by side; what is left over at the right and below does not count.
        count: how many of each.
        by: ``'brightness'``; ``'mask'``, the share of a patch that UCM calls haze; or ``'haze_map'``, its mean haze by
            the network in the box. Among equals brightness counts.

    Returns:
        Two (N, count) int64: places row by row, the most extreme first.

    Raises:
        ValueError: there are not as many patches.
    """
    luma = (images * images.new_tensor(LUMA).view(3, 1, 1)).sum(1, keepdim=True)
    rank = F.avg_pool2d(luma, size).flatten(1) if min(images.shape[2:]) >= size else luma.new_zeros(0, 0)
    if rank.shape[1] < 2 * count:
        raise ValueError(f'Wanted {count} brightest and {count} darkest patches of {size} pixels, and photos of '
                         f'{tuple(images.shape[2:])} have {rank.shape[1]}.')
    if by != 'brightness':
        photos = (images.detach() * 255).round().clamp(0, 255).to(torch.uint8)
        haze = segment_haze_batch(photos) if by == 'mask' else see_haze(photos)
        # brightness stays below what one pixel counts
        rank = F.avg_pool2d(haze[:, None].to(rank), size).flatten(1) + rank / (2 * size**2)
    order = rank.argsort(dim=1, stable=True)
    return order[:, -count:].flip(1), order[:, :count]


def see_haze(photos: Tensor) -> Tensor:
    """1 - t by the network in the box, (N, 3, H, W) uint8 RGB -> (N, H, W) float32."""
    arrays = np.ascontiguousarray(photos.cpu().numpy()[:, ::-1].transpose(0, 2, 3, 1))
    return torch.from_numpy(1 - np.stack([estimate_haze(img).transmission for img in arrays])).to(photos.device)


def cut_patches(images: Tensor, size: int, places: Tensor) -> Tensor:
    """The patches at ``places``, (N, count) as :func:`extreme_patches` has them -> (N, count, 3, size, size)."""
    columns = images.shape[3] // size
    rows = images[:, :, :images.shape[2] // size * size, :columns * size]
    tiles = rows.unflatten(3, (columns, size)).unflatten(2, (-1, size))  # (N, 3, rows, size, columns, size)
    tiles = tiles.permute(0, 2, 4, 1, 3, 5).flatten(1, 2)
    return torch.stack([tiles[image, chosen] for image, chosen in enumerate(places)])


@MODELS.register_module()
class IntraContrastiveLoss(nn.Module):
    r"""Keeps the brightest and the darkest patches of a photo apart, as they are in the clear one.

    Haze lifts dark patches and flattens bright ones. For each patch u of the dehazed photo, with the cosine s of pooled
    features: :math:`-\log \frac{e^{s(u, u^*) / \tau}}{e^{s(u, u^*) / \tau} + e^{s(u, \hat u) / \tau} +
    \sum_v e^{s(u, v^*) / \tau}}`, where :math:`u^*` is the same patch of the clear photo, :math:`\hat u` that of the
    hazy one, and v goes over the patches of the other extreme.

    Our reading of an abstract, see :mod:`mmhaze.models.dehazers.progressive`.

    Args:
        extractor: a registered extractor; its last feature counts.
        count: how many patches of each extreme.
        patches: how many patches fit along the shorter side.
        select_on: where extremes are looked for, ``'clear'`` or ``'hazy'``; or ``'mask'``: what UCM calls haze in the
            hazy photo chooses the one half of the patches, and what it calls clear the other; ``'haze_map'`` likewise,
            by the network in the box.
        temperature: :math:`\tau`.
        loss_weight: by which it is multiplied.
        warm_up: steps of training over which it sets in.
    """

    def __init__(self,
                 extractor: dict = dict(type='TinyExtractor'),
                 count: int = 4,
                 patches: int = 8,
                 select_on: str = 'clear',
                 temperature: float = 0.1,
                 loss_weight: float = 0.05,
                 warm_up: int = 0) -> None:
        super().__init__()
        if select_on not in SELECTIONS:
            raise ValueError(f'select_on is one of {", ".join(SELECTIONS)}, got {select_on!r}.')
        self.extractor = MODELS.build(extractor)
        self.count, self.patches, self.select_on = count, patches, select_on
        self.temperature, self.loss_weight, self.warm_up = temperature, loss_weight, warm_up

    def forward(self, dehazed: Tensor, clear: Tensor, hazy: Tensor, pre: Tensor | None = None) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] each -> a number; ``pre`` does not count."""
        size = max(min(clear.shape[2:]) // self.patches, 1)
        chosen = clear if self.select_on == 'clear' else hazy
        by = self.select_on if self.select_on in ('mask', 'haze_map') else 'brightness'
        bright, dark = extreme_patches(chosen, size, self.count, by)
        places = torch.cat([bright, dark], dim=1)
        anchor, positive, unrestored = (self._embed(cut_patches(each, size, places)) for each in
                                        (dehazed, clear, hazy))
        weight = self.loss_weight * warmed_up(self.warm_up)
        return weight * patch_contrast(anchor, positive, unrestored, self.temperature)

    def _embed(self, patches: Tensor) -> Tensor:
        """(N, K, 3, size, size) -> (N, K, C), of length 1."""
        features = self.extractor(patches.flatten(0, 1))[-1].mean((2, 3))
        return F.normalize(features, dim=1).unflatten(0, patches.shape[:2])


def patch_contrast(anchor: Tensor, positive: Tensor, unrestored: Tensor, temperature: float) -> Tensor:
    """The mean over patches of :class:`IntraContrastiveLoss`'s formula.

    Args:
        anchor, positive, unrestored: of the dehazed, the clear and the hazy photo, (N, 2 count, C) of length 1; one
            extreme in the first half, the other in the second.
        temperature: above 0.
    """
    same = (anchor * positive).sum(-1, keepdim=True)
    left = (anchor * unrestored).sum(-1, keepdim=True)
    first, second = positive.chunk(2, dim=1)
    upper, lower = anchor.chunk(2, dim=1)
    others = torch.cat([upper @ second.transpose(1, 2), lower @ first.transpose(1, 2)], dim=1)
    logits = torch.cat([same, left, others], dim=-1) / temperature
    return -logits.log_softmax(-1)[..., 0].mean()

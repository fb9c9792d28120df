from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from ...registry import MODELS
from ..dehazers.base import BaseDehazer, Guide, fill_samples, stack_clear
from .text import TextFeatures
from .words import Fusion, Words, one_of_each


@MODELS.register_module()
class GuidedDehazer(BaseDehazer):
    """A dehazer that is told in words what is in the photo, such as indoor or outdoor, after MixCLDehazeNet.

    Samples carry ``domain_scores``, (K,), how much the photo belongs to each domain, as ``LoadDomain`` reads them.
    Where they have none, :meth:`set_domain` says it for all photos, and without it each domain has the same share.

    ::

        model = dict(
            type='GuidedDehazer',
            dehazer=dict(type='MixDehazeNet', arch='s', extra_planes=3),
            text=dict(type='PrecomputedText', file='data/RESIDE-6K/train/hazy/clip_domains.npz'),
            fusion=dict(type='PAFusion'))

    Args:
        dehazer: any registered dehazer, a :class:`ProgressiveDehazer` among them; its losses are those of training.
        text: registered :class:`TextFeatures`.
        fusion: a registered :class:`Fusion`. The planes of one go beside the colours where the dehazer has as many
            ``extra_planes``; else a 1x1 convolution, the colours alone at first, makes three of them.
        soft: whether a photo gets the mean of the domains by its scores; else it has its most likely domain alone, as
            published.
        data_preprocessor, init_cfg: those of :class:`BaseDehazer`.

    Raises:
        ValueError: the dehazer has no features that the fusion could change.
    """

    def __init__(self, dehazer: dict, text: dict, fusion: dict, soft: bool = False, **settings: Any) -> None:
        super().__init__(**dict(settings, losses={}))
        self.dehazer: BaseDehazer = MODELS.build(dehazer)
        self.text: TextFeatures = MODELS.build(text)
        domains, width = self.text().shape
        kind, channels = MODELS.get(fusion['type']), self.dehazer.guided_channels
        if getattr(kind, 'within', False) and not channels:
            raise ValueError(f'{type(self.dehazer).__name__} has no features for {fusion["type"]} to change. Choose '
                             'another dehazer, or PAFusion.')
        self.fusion: Fusion = MODELS.build(dict(fusion, channels=channels, width=width, domains=domains))
        self.soft = soft
        self.domain: int | None = None
        self.whole_photo = self.dehazer.whole_photo  # type: ignore[misc]
        self.mix = None
        if self.fusion.planes not in (0, self.dehazer.extra_planes):
            self.mix = nn.Conv2d(3 + self.fusion.planes, 3, 1)
            with torch.no_grad():
                self.mix.weight.zero_()
                self.mix.weight[:, :3, 0, 0] = torch.eye(3)
                self.mix.bias.zero_()

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the domains."""
        return self.text.domains

    def set_domain(self, name: str | None) -> None:
        """Says the domain of all photos whose samples do not.

        Raises:
            ValueError: there is no such domain.
        """
        if name is not None and name not in self.domains:
            raise ValueError(f'domain is one of {", ".join(self.domains)}, got {name!r}.')
        self.domain = None if name is None else self.domains.index(name)

    def restore(self, hazy: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same, with words that are the same for all photos."""
        return self._dehaze(hazy, self._words(hazy, ()))

    def loss(self, inputs: Tensor, data_samples: Sequence[DataSample]) -> dict[str, Tensor]:
        """The losses of the dehazer by name."""
        given, guide = self._tell(inputs, self._words(inputs, data_samples))
        return self.dehazer.learn(given, stack_clear(data_samples), inputs, guide)

    def predict(self, inputs: Tensor, data_samples: Sequence[DataSample] | None = None) -> list[DataSample]:
        """The samples with ``hazy`` and ``dehazed``, (3, H, W) RGB in [0, 1] each."""
        words = self._words(inputs, data_samples or ())
        return fill_samples(data_samples, inputs, self._dehaze(inputs, words))

    def _dehaze(self, hazy: Tensor, words: Words) -> Tensor:
        given, guide = self._tell(hazy, words)
        return self.dehazer.dehaze(given, guide)

    def _words(self, photos: Tensor, data_samples: Sequence[DataSample]) -> Words:
        vectors = self.text()
        known = [sample.domain_scores for sample in data_samples if 'domain_scores' in sample]
        if known and len(known) != len(photos):
            raise ValueError(f'Of {len(photos)} photos {len(known)} have domain_scores, wanted all or none.')
        if known:
            shares = torch.stack(known).to(vectors)
            if shares.shape[1] != len(vectors):
                raise ValueError(f'Photos have domain_scores of {shares.shape[1]} domains, the text has '
                                 f'{len(vectors)}: {", ".join(self.domains)}. They come of two different files.')
            return Words(vectors, shares if self.soft else one_of_each(shares))
        shares = vectors.new_full((len(photos), len(vectors)), 1 / len(vectors))
        if self.domain is not None:
            shares.zero_()[:, self.domain] = 1
        return Words(vectors, shares)

    def _tell(self, photos: Tensor, words: Words) -> tuple[Tensor, Guide | None]:
        """What the dehazer is given, and what changes its features."""
        if self.fusion.planes:
            planes = self.fusion.planes_of(photos * 2 - 1, words)
            photos = torch.cat([photos, (planes + 1) / 2], dim=1)
            if self.mix is not None:
                photos = self.mix(photos)
        return photos, (lambda features: self.fusion.change(features, words)) if self.fusion.within else None

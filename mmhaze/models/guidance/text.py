"""Where the vectors of domains come from."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS

DOMAINS = ('indoor', 'outdoor')


class TextFeatures(nn.Module):
    """Vectors of domains, as a module: they go to the device and into the checkpoint with the network.

    Attributes:
        domains: their names.

    Args:
        domains: the same.
        vectors: (K, D).
    """

    vectors: Tensor

    def __init__(self, domains: Sequence[str], vectors: Tensor) -> None:
        super().__init__()
        self.domains = tuple(domains)
        if len(self.domains) != len(vectors) or not len(vectors):
            raise ValueError(f'Wanted a vector for each of {len(self.domains)} domains, got {len(vectors)}.')
        self.register_buffer('vectors', vectors.float())

    def forward(self) -> Tensor:
        """(K, D)."""
        return self.vectors


@MODELS.register_module()
class RandomText(TextFeatures):
    """Random unit vectors: the control that says whether it matters what the words mean.

    Args:
        domains: the names of the domains.
        width: D; 512 is that of CLIP's ViT-B/32.
        seed: of the draw.
    """

    def __init__(self, domains: Sequence[str] = DOMAINS, width: int = 512, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        super().__init__(domains, F.normalize(torch.randn(len(domains), width, generator=generator), dim=1))


@MODELS.register_module()
class LearnedText(TextFeatures):
    """Vectors that are learned, unit vectors at first.

    Args:
        domains: the names of the domains.
        width: D.
        seed: of what they are at first.
    """

    def __init__(self, domains: Sequence[str] = DOMAINS, width: int = 512, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        vectors = F.normalize(torch.randn(len(domains), width, generator=generator), dim=1)
        super().__init__(domains, vectors)
        del self.vectors
        self.vectors = nn.Parameter(vectors)


@MODELS.register_module()
class PrecomputedText(TextFeatures):
    """The vectors of a file that ``mmhaze clip-domains`` wrote.

    Args:
        file: it.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is damaged.
    """

    def __init__(self, file: str | Path) -> None:
        from ...clip.domains import read_domains  # where it is asked for
        found = read_domains(file)
        super().__init__(found.domains, torch.from_numpy(found.vectors))


@MODELS.register_module()
class ClipText(TextFeatures):
    """The vectors that CLIP gives the prompts; CLIP itself is let go of once they are there.

    Args:
        clip: the config of a backend, such as ``dict(type='TransformersClip', weights=FOLDER)``.
        domains: the names of the domains.
        template: the prompt, with ``{domain}``; None is MixCLDehazeNet's, ``'a photo of a {domain}'``.

    Raises:
        FileNotFoundError: there are no weights.
        ImportError: the backend's package is missing.
    """

    def __init__(self, clip: dict, domains: Sequence[str] = DOMAINS, template: str | None = None) -> None:
        from ...clip import TEMPLATE  # registers the backends, where one is asked for
        prompts = [(template or TEMPLATE).replace('{domain}', domain) for domain in domains]
        vectors = MODELS.build(clip).encode_text(prompts)
        super().__init__(domains, vectors)

"""Going through the photos of a data set, to find which domain each shows."""
from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ..io.media import Photos, batches, map_in_order
from ..io.photo import read_photo
from .backends import ClipBackend
from .domains import Domains
from .zero_shot import domain_probabilities

# as published: the article is not fitted to the word
TEMPLATE = 'a photo of a {domain}'


def label_photos(clip: ClipBackend, photos: Photos, domains: Sequence[str], template: str = TEMPLATE,
                 batch_size: int = 32, workers: int | None = None,
                 advance: Callable[[int], None] = lambda count: None) -> tuple[Domains, list[str]]:
    """What CLIP takes each photo for.

    Photos are opened one by one, on threads, and made as small as CLIP takes them before they wait for a batch, so that
    memory does not grow with the set.

    Args:
        clip: what sees and reads.
        photos: as :func:`mmhaze.io.media.find_media` gives them.
        domains: names, at least two.
        template: the prompt; ``{domain}`` in it stands for a name.
        batch_size: photos that go through the network together.
        workers: threads that read; None takes as many as cores.
        advance: told of each few photos how many they were.

    Returns:
        The domains of those that could be read, and what was wrong with each of the others.

    Raises:
        ValueError: the template has no ``{domain}``, or there are fewer than two domains.
    """
    if '{domain}' not in template:
        raise ValueError(f'The template has {{domain}} where the name goes, such as {TEMPLATE!r}; got {template!r}.')
    if len(domains) < 2 or len(set(domains)) < len(domains):
        raise ValueError(f'Wanted at least two domains, each once, got {", ".join(domains) or "none"}.')
    prompts = [template.replace('{domain}', domain) for domain in domains]
    texts = clip.encode_text(prompts)
    files, rows, problems = [], [torch.empty(0, len(domains))], list(photos.unlisted)
    seen = map_in_order(partial(_prepare, clip, photos), photos.names, workers or os.cpu_count() or 1)
    for batch in batches(seen, batch_size):
        problems += [each for each in batch if isinstance(each, str)]
        read = [each for each in batch if not isinstance(each, str)]
        if read:
            files += [name for name, _ in read]
            rows.append(domain_probabilities(clip.encode_images([pixels for _, pixels in read]), texts))
        advance(len(batch))
    return Domains(tuple(domains), tuple(prompts), texts.numpy(), tuple(files),
                   torch.cat(rows).numpy().astype(np.float32), clip.source), problems


def _prepare(clip: ClipBackend, photos: Photos, name: str) -> tuple[str, Tensor] | str:
    """The photo as CLIP takes it, or what is wrong with it."""
    try:
        return name, clip.prepare(read_photo(photos.root / name))
    except (ValueError, OSError) as error:
        return str(error)

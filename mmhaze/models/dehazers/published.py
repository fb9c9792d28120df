"""Weights that the authors of a network published, under the names that they have here."""
from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

# a published name, and what it is here; tried in this order, and the first that fits the whole name counts
_MIX_BLOCK = (
    ('norm1', 'kernels.norm'), ('conv1', 'kernels.local.0'), ('conv2', 'kernels.local.1'),
    ('conv3_19', 'kernels.views.0'), ('conv3_13', 'kernels.views.1'), ('conv3_7', 'kernels.views.2'),
    ('mlp', 'kernels.mix'), ('norm2', 'attention.norm'), ('Wv', 'attention.value'), ('Wg', 'attention.gate'),
    ('ca', 'attention.channel'), ('pa', 'attention.pixel'), ('mlp2', 'attention.mix'))
_GATED_BLOCK = (('norm', 'norm'), (r'conv\.Wv', 'value'), (r'conv\.Wg', 'gate'), (r'conv\.proj', 'project'))
_PUBLISHED = {
    'MixDehazeNet': [
        (r'patch_embed\.proj', 'embed'), (r'patch_unembed\.proj\.0', 'head'),
        (r'patch_merge(\d)\.proj', 'downs.{0}'), (r'patch_split(\d)\.proj', 'ups.{0}'),
        (r'skip(\d)', 'skips.{0}'),
        *((rf'layer(\d)\.blocks\.(\d+)\.{name}', f'stages.{{0}}.{{1}}.{ours}') for name, ours in _MIX_BLOCK),
        # theirs has the pooling outside
        (r'fusion(\d)\.mlp\.0', 'fusions.{0}.weigh.1'), (r'fusion(\d)\.mlp\.2', 'fusions.{0}.weigh.3')],
    'GUNet': [
        (r'inconv\.proj', 'embed'), (r'outconv\.proj\.0', 'head'),
        *((rf'layers\.(\d+)\.blocks\.(\d+)\.{name}', rf'stages.{{0}}.{{1}}.{ours}') for name, ours in _GATED_BLOCK),
        (r'downs\.(\d+)\.proj', 'downs.{0}'), (r'ups\.(\d+)\.proj', 'ups.{0}'), (r'skips\.(\d+)', 'skips.{0}'),
        (r'fusions\.(\d+)\.mlp', 'fusions.{0}.weigh')],
    'AODNet': [(r'e_conv(\d)', 'convs.{0}')],
}
_COUNTED_FROM_1 = ('MixDehazeNet', 'AODNet')


def convert_published(weights: Mapping[str, Tensor]) -> tuple[str, dict[str, Tensor]]:
    """Gives published weights of MixDehazeNet, gUNet or AOD-Net the names that mmhaze's networks have.

    Args:
        weights: by their published names, with or without ``module.`` before them.

    Returns:
        The class that they are for, and the weights by our names, in the order given.

    Raises:
        ValueError: they are of none of these, or some of them are not.
    """
    names = {name: name.removeprefix('module.') for name in weights}
    if not names:
        raise ValueError('The file holds no weights.')
    for network, table in _PUBLISHED.items():
        found = {name: _rename(plain, table, network in _COUNTED_FROM_1) for name, plain in names.items()}
        missed = [name for name, ours in found.items() if ours is None]
        if not missed:
            return network, {ours: weights[name] for name, ours in found.items() if ours}
        if len(missed) < len(names) / 2:
            raise ValueError(f'These weights look like those of {network}, but it has no {", ".join(missed[:3])}.')
    raise ValueError(f'These are no published weights of {", ".join(_PUBLISHED)}; they begin with '
                     f'{", ".join(list(names)[:3])}.')


def own_names(weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The weights by our names, whether they have these or those of :func:`convert_published`."""
    try:
        return convert_published(weights)[1]
    except ValueError:
        return weights


def _rename(name: str, table: list[tuple[str, str]], counted_from_1: bool) -> str | None:
    for pattern, ours in table:
        match = re.fullmatch(rf'{pattern}((?:\.\d+)?\.\w+)', name)
        if match:
            *places, rest = match.groups()
            places[:1] = [int(place) - counted_from_1 for place in places[:1]]
            return ours.format(*places) + rest
    return None

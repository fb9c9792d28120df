from __future__ import annotations

import os

import pytest
import torch
import torch.distributed as dist
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from mmhaze.models import ClipText, GuidedDehazer, LearnedText, RandomText
from mmhaze.models.guidance import Words

DEHAZERS = dict(
    gunet=dict(type='GUNet', arch=(1, 1, 1), width=8),
    mixdehazenet=dict(type='MixDehazeNet', arch=(1, 1, 1, 1, 1), widths=(8, 8, 16)),
    aodnet=dict(type='AODNet'),
    progressive=dict(type='ProgressiveDehazer', arm=dict(type='GUNet', arch=(1, 1, 1), width=8)))
FUSIONS = ['PAFusion', 'CalipAttention', 'ParameterFreeAttention', 'TextFiLM', 'ClassEmbedding', 'NoFusion']


def build(dehazer: str | dict = 'gunet', fusion: str = 'TextFiLM', **settings) -> GuidedDehazer:
    torch.manual_seed(0)
    config = dict(type='GuidedDehazer', dehazer=DEHAZERS[dehazer] if isinstance(dehazer, str) else dehazer,
                  text=dict(type='RandomText', width=12), fusion=dict(type=fusion))
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        return MODELS.build(dict(config, **settings))


def photos(seed: int = 0) -> torch.Tensor:
    return torch.rand(2, 3, 40, 44, generator=torch.Generator().manual_seed(seed))


def samples(*shares: list[float], clear: torch.Tensor | None = None) -> list[DataSample]:
    made = []
    for place, each in enumerate(shares):
        sample = DataSample()
        sample.set_field(torch.tensor(each), 'domain_scores')
        if clear is not None:
            sample.set_field(clear[place], 'clear')
        made.append(sample)
    return made


def steps(network: GuidedDehazer, count: int = 3) -> None:
    optimizer = torch.optim.SGD(network.parameters(), 0.01)
    for _ in range(count):
        optimizer.zero_grad()
        sum(network.loss(photos(), samples([0.9, 0.1], [0.2, 0.8], clear=photos(1))).values()).backward()
        optimizer.step()


@pytest.mark.parametrize('fusion', FUSIONS)
@pytest.mark.parametrize('dehazer', DEHAZERS)
def test_every_fusion_works_with_every_dehazer_and_every_parameter_learns(dehazer, fusion):
    network = build(dehazer, fusion)
    steps(network)
    assert all(weight.grad is not None for weight in network.parameters() if weight.requires_grad)
    for name, weight in network.fusion.named_parameters():
        assert weight.grad.abs().max() > 0, name
    dehazed = network.eval().predict(photos(), samples([1.0, 0.0], [0.0, 1.0]))
    assert dehazed[0].dehazed.shape == (3, 40, 44)


@pytest.mark.parametrize('fusion', ['PAFusion', 'CalipAttention', 'TextFiLM', 'ClassEmbedding', 'NoFusion'])
@pytest.mark.parametrize('dehazer', ['gunet', 'progressive'])
def test_at_first_it_is_the_dehazer_without_words(dehazer, fusion):
    network = build(dehazer, fusion).eval()
    with torch.no_grad():
        torch.testing.assert_close(network(photos()), network.dehazer(photos()))


@pytest.mark.parametrize('fusion', FUSIONS[:-1])
def test_the_domain_makes_a_difference_once_something_was_learnt(fusion):
    network = build('mixdehazenet', fusion)
    steps(network)
    network.eval()
    one, other = (network.predict(photos(), samples(*[shares] * 2))[0].dehazed for shares in ([1.0, 0.0], [0.0, 1.0]))
    if fusion in ('CalipAttention', 'ParameterFreeAttention'):  # which ask all domains, whatever the photo's
        assert torch.equal(one, other)
    else:
        assert (one - other).abs().max() > 1e-7


def test_planes_go_beside_the_colours_where_the_dehazer_takes_them():
    extra = dict(DEHAZERS['mixdehazenet'], extra_planes=3)
    network = build(extra, 'PAFusion').eval()
    assert network.mix is None and network.dehazer.embed.in_channels == 6
    seen = []
    network.dehazer.embed.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    with torch.no_grad():
        network.predict(photos(), samples([0.9, 0.1], [0.1, 0.9]))
        planes = network.fusion.planes_of(photos() * 2 - 1, Words(network.text(), torch.eye(2)))
    torch.testing.assert_close(seen[0][..., :40, :44], torch.cat([photos() * 2 - 1, planes], 1))
    assert build('mixdehazenet', 'PAFusion').mix is not None


def test_a_photo_gets_its_most_likely_domain_or_a_mix_of_them():
    hard, soft = build(soft=False), build(soft=True)
    given = samples([0.75, 0.25], [0.4, 0.6])
    assert hard._words(photos(), given).shares.tolist() == [[1, 0], [0, 1]]
    torch.testing.assert_close(soft._words(photos(), given).shares, torch.tensor([[0.75, 0.25], [0.4, 0.6]]))


def test_without_scores_all_domains_count_alike_or_the_one_that_is_said():
    network = build(soft=True)
    assert network._words(photos(), ()).shares.tolist() == [[0.5, 0.5]] * 2
    network.set_domain('outdoor')
    assert network._words(photos(), ()).shares.tolist() == [[0, 1]] * 2
    assert network._words(photos(), samples([1.0, 0.0], [1.0, 0.0])).shares.tolist() == [[1, 0]] * 2
    network.set_domain(None)
    assert network._words(photos(), ()).shares.tolist() == [[0.5, 0.5]] * 2
    with pytest.raises(ValueError, match='domain is one of indoor, outdoor'):
        network.set_domain('sea')


def test_what_does_not_fit_is_refused():
    network = build()
    with pytest.raises(ValueError, match='domain_scores of 3 domains, the text has 2'):
        network.predict(photos(), samples([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
    with pytest.raises(ValueError, match='Of 2 photos 1 have'):
        network.predict(photos(), [*samples([1.0, 0.0]), DataSample()])
    with pytest.raises(ValueError, match='DarkChannelPrior has no features'):
        build(dict(type='DarkChannelPrior'))
    assert build(dict(type='DarkChannelPrior'), 'PAFusion').mix is not None


def test_the_losses_are_those_of_the_dehazer():
    config = dict(DEHAZERS['progressive'], losses=dict(l1=dict(type='DehazeL1Loss'),
                                                       inter=dict(type='InterContrastiveLoss')))
    losses = build(config).loss(photos(), samples([1.0, 0.0], [0.0, 1.0], clear=photos(1)))
    assert set(losses) == {'loss_l1', 'loss_inter', 'loss_pre'}


def test_random_vectors_are_of_length_1_and_the_same_for_a_seed():
    vectors = RandomText(['a', 'b', 'c'], 20)()
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))
    assert torch.equal(vectors, RandomText(['a', 'b', 'c'], 20)()) and vectors.shape == (3, 20)
    assert not torch.equal(vectors, RandomText(['a', 'b', 'c'], 20, seed=1)())
    assert 'vectors' in RandomText().state_dict() and not list(RandomText().parameters())


def test_learned_vectors_learn():
    network = build(dict(DEHAZERS['mixdehazenet'], extra_planes=3), 'PAFusion', text=dict(type='LearnedText', width=12))
    before = network.text().clone()
    steps(network)
    assert isinstance(network.text, LearnedText) and (network.text() != before).any(1).all()
    assert list(dict(network.text.named_parameters())) == ['vectors'] and 'text.vectors' in network.state_dict()


class TwoWords(nn.Module):
    """Stands for CLIP."""

    def encode_text(self, prompts):
        return torch.tensor([[len(prompt), 1.0] for prompt in prompts])


def test_clip_is_asked_with_the_template():
    if MODELS.get('TwoWords') is None:
        MODELS.register_module(module=TwoWords)
    pytest.importorskip('mmhaze.clip')
    text = ClipText(dict(type='TwoWords'), ['sea', 'street'], 'seen from a {domain}')
    assert text().tolist() == [[15, 1], [18, 1]] and text.domains == ('sea', 'street')


@pytest.mark.parametrize('fusion', FUSIONS)
def test_no_parameter_is_unused_in_distributed_training(fusion, tmp_path):
    """One process of a group is enough: it waits for the gradient of every parameter."""
    os.environ.setdefault('GLOO_SOCKET_IFNAME', 'lo')
    dist.init_process_group('gloo', init_method=f'file://{tmp_path}/group', rank=0, world_size=1)
    try:
        network = DistributedDataParallel(build('gunet', fusion))
        for _ in range(2):  # the second step finds out what the first did not reach
            losses = network(photos(), samples([0.9, 0.1], [0.2, 0.8], clear=photos(1)), mode='loss')
            sum(losses.values()).backward()
    finally:
        dist.destroy_process_group()


def test_unused_parameters_would_be_found(tmp_path):
    os.environ.setdefault('GLOO_SOCKET_IFNAME', 'lo')
    dist.init_process_group('gloo', init_method=f'file://{tmp_path}/group', rank=0, world_size=1)
    try:
        inner = build('gunet', 'NoFusion')
        inner.nobody = nn.Parameter(torch.zeros(1))
        network = DistributedDataParallel(inner)
        with pytest.raises(RuntimeError, match=r'did not receive grad|unused'):
            for _ in range(2):
                losses = network(photos(), samples([1.0, 0.0], [0.0, 1.0], clear=photos(1)), mode='loss')
                sum(losses.values()).backward()
    finally:
        dist.destroy_process_group()

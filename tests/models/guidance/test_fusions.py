"""The fusions alone: their formulas by slow loops, and what they are at first."""
from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from mmhaze.models.guidance import (
    CalipAttention,
    ClassEmbedding,
    NoFusion,
    PAFusion,
    ParameterFreeAttention,
    TextFiLM,
    Words,
    pa_fusion,
)
from mmhaze.models.guidance.pa_fusion import TiltedMean
from mmhaze.models.guidance.words import one_of_each

WITHIN = [CalipAttention, ParameterFreeAttention, TextFiLM, ClassEmbedding]


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def words(photos: int = 2, domains: int = 3, width: int = 10) -> Words:
    return Words(draw(domains, width, seed=5), draw(photos, domains, seed=6).softmax(1))


def disturbed(module: nn.Module) -> nn.Module:
    """With other weights than the zeros that some begin with."""
    torch.manual_seed(3)
    for weight in module.parameters():
        nn.init.normal_(weight)
    return module.double()


def test_the_long_form_of_pa_fusion_is_the_published_attention():
    fusion, photos, said = disturbed(PAFusion(0, 10, 3, dim=4, form='long')), draw(2, 3, 5, 4), words()
    planes = fusion.planes_of(photos, said).detach().numpy()
    chosen = (said.shares @ said.vectors).numpy()
    query, key, value, post = (layer.weight.detach().numpy().squeeze() for layer in (
        fusion.query, fusion.key, fusion.value, fusion.post))
    query_bias, value_bias, post_bias = (layer.bias.detach().numpy() for layer in (
        fusion.query, fusion.value, fusion.post))
    for n, y, x in ((0, 0, 0), (1, 4, 3), (1, 2, 1)):
        q = query @ photos[n, :, y, x].numpy() + query_bias
        scores = np.array([q @ (key * number) / 2 for number in chosen[n]])
        weights = np.exp(scores) / np.exp(scores).sum()
        found = sum(weight * (value * number + value_bias) for weight, number in zip(weights, chosen[n]))
        np.testing.assert_allclose(planes[n, :, y, x], post @ found + post_bias, rtol=1e-10)


@pytest.mark.parametrize('chunk', [pa_fusion.CHUNK, 20, 1])
def test_the_closed_form_is_the_long_one_and_so_are_its_gradients(chunk, monkeypatch):
    monkeypatch.setattr(pa_fusion, 'CHUNK', chunk)
    closed, long = PAFusion(0, 10, 3), PAFusion(0, 10, 3, form='long')
    disturbed(closed)
    long.double().load_state_dict(closed.state_dict())
    results = []
    for fusion in (closed, long):
        vectors = words().vectors.clone().requires_grad_()
        photos = draw(2, 3, 7, 6).requires_grad_()
        planes = fusion.planes_of(photos, Words(vectors, words().shares))
        (planes * draw(2, 3, 7, 6, seed=9)).sum().backward()
        results.append([planes, photos.grad, vectors.grad, *(weight.grad for weight in fusion.parameters())])
    for ours, published in zip(*results):
        torch.testing.assert_close(ours, published, rtol=1e-9, atol=1e-10)
        assert ours.abs().max() > 0


def test_in_single_precision_and_with_clips_width_they_differ_by_less_than_1e_5():
    closed, long = PAFusion(0, 512, 2), PAFusion(0, 512, 2, form='long')
    long.load_state_dict(closed.state_dict())
    vectors = nn.functional.normalize(draw(2, 512), dim=1).float()
    said = Words(vectors, torch.eye(2))
    photos = draw(2, 3, 40, 30).float().clamp(-1, 1)
    torch.testing.assert_close(closed.planes_of(photos, said), long.planes_of(photos, said), rtol=0, atol=1e-5)


def test_the_tilted_mean_has_its_gradients_and_grows_from_the_least_number_to_the_largest():
    steepness, text = draw(2, 5).requires_grad_(), draw(2, 7, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(TiltedMean.apply, (steepness, text))
    row = TiltedMean.apply(torch.tensor([[-1e3, -1.0, 0.0, 1.0, 1e3]]).double(), text[:1])[0]
    assert row[0].item() == pytest.approx(text[0].min().item()) and row[2].item() == pytest.approx(
        text[0].mean().item()) and row[4].item() == pytest.approx(text[0].max().item())
    assert (row.diff() > 0).all()


def test_no_more_is_held_at_once_than_a_chunk(monkeypatch):
    monkeypatch.setattr(pa_fusion, 'CHUNK', 1000)
    sizes = [place.stop - place.start for place in pa_fusion._chunks(torch.zeros(2, 999), torch.zeros(2, 50))]
    assert sizes == [10] * 100


def test_calip_attention_is_its_formula():
    fusion, features, said = disturbed(CalipAttention(4, 10, 3, dim=6)), draw(2, 4, 3, 2), words()
    changed = fusion.change(features, said).detach().numpy()
    weights = {name: weight.detach().numpy().squeeze() for name, weight in fusion.named_parameters()}
    for n, y, x in ((0, 0, 0), (1, 2, 1)):
        place = features[n, :, y, x].numpy()
        query = weights['query.weight'] @ place + weights['query.bias']
        scores = np.array([query @ (weights['key.weight'] @ text) / np.sqrt(6) for text in said.vectors.numpy()])
        shares = np.exp(scores) / np.exp(scores).sum()
        values = [weights['value.weight'] @ text + weights['value.bias'] for text in said.vectors.numpy()]
        found = sum(share * value for share, value in zip(shares, values))
        np.testing.assert_allclose(changed[n, :, y, x], place + weights['post.weight'] @ found + weights['post.bias'])


@pytest.mark.parametrize('channels', [4, 16])
def test_attention_without_parameters_is_its_formula(channels):
    fusion = ParameterFreeAttention(channels, 10, 3, strength=0.3).double()
    assert not list(fusion.parameters())
    features, said = draw(2, channels, 3, 2), words()
    changed, basis = fusion.change(features, said).numpy(), fusion.projection.numpy()
    square = basis.T @ basis if channels < 10 else basis @ basis.T
    np.testing.assert_allclose(square, np.eye(len(square)), atol=1e-6)
    for n, y, x in ((0, 0, 0), (1, 2, 1)):
        place = features[n, :, y, x].numpy()
        texts = [text @ basis / np.linalg.norm(text @ basis) for text in said.vectors.numpy()]
        powers = np.array([np.exp(2 * place @ text / np.linalg.norm(place)) for text in texts])
        found = sum(power / powers.sum() * text for power, text in zip(powers, texts))
        np.testing.assert_allclose(changed[n, :, y, x], place + 0.3 * np.linalg.norm(place) * found, rtol=1e-6)


def test_film_scales_and_shifts_each_channel_by_the_chosen_words():
    fusion, features, said = disturbed(TextFiLM(4, 10, 3)), draw(2, 4, 3, 2), words()
    changed = fusion.change(features, said)
    chosen = (said.shares @ said.vectors).numpy()
    for n in range(2):
        made = fusion.modulate.weight.detach().numpy() @ chosen[n] + fusion.modulate.bias.detach().numpy()
        for channel in range(4):
            expected = (1 + made[channel]) * features[n, channel].numpy() + made[4 + channel]
            np.testing.assert_allclose(changed[n, channel].detach().numpy(), expected)


def test_the_class_embedding_adds_the_vector_of_the_domain():
    fusion, features = disturbed(ClassEmbedding(4, 10, 3)), draw(2, 4, 3, 2)
    said = Words(words().vectors, torch.eye(3, dtype=torch.float64)[[2, 0]])
    expected = features + fusion.vectors[[2, 0]][..., None, None]
    torch.testing.assert_close(fusion.change(features, said), expected)
    torch.testing.assert_close(fusion.change(features, Words(said.vectors * 9, said.shares)), expected)


@pytest.mark.parametrize('kind', [CalipAttention, TextFiLM, ClassEmbedding, NoFusion])
def test_at_first_the_features_stay_as_they_are(kind):
    features = draw(2, 4, 3, 2)
    assert torch.equal(kind(4, 10, 3).double().change(features, words()), features)


@pytest.mark.parametrize('kind', WITHIN)
def test_other_words_give_other_features(kind):
    fusion, features, said = disturbed(kind(4, 10, 3)), draw(2, 4, 3, 2), words()
    other = Words(said.vectors.flip(1) * 2, said.shares.flip(1))
    assert (fusion.change(features, said) - fusion.change(features, other)).abs().max() > 1e-3


def test_nothing_to_choose_from_and_forms_that_are_not_there_are_refused():
    for kind in (CalipAttention, ParameterFreeAttention):
        with pytest.raises(ValueError, match='at least two domains'):
            kind(4, 10, 1)
    with pytest.raises(ValueError, match='closed, long, got'):
        PAFusion(4, 10, 1, form='short')


def test_the_most_likely_domain_alone_is_chosen():
    assert one_of_each(torch.tensor([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]])).tolist() == [[0, 1, 0], [1, 0, 0]]

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmhaze.models.losses import visibility_loss

LIMIT = 20_000.0


def slow_loss(predicted: list[float], measured: list[float], beta: float) -> float:
    """The docstring, photo by photo, from metres."""
    terms = []
    for p, v in zip(predicted, measured):
        d = math.log(p) - math.log(min(v, LIMIT))
        if v >= LIMIT:
            d = min(d, 0)
        terms.append(d * d / (2 * beta) if abs(d) < beta else abs(d) - beta / 2)
    return float(np.mean(terms))


def of_metres(predicted: list[float], measured: list[float], beta: float = 0.1) -> torch.Tensor:
    return visibility_loss(torch.tensor(predicted).log(), torch.tensor(measured), limit=LIMIT, beta=beta)


def gradient(predicted: float, measured: float) -> float:
    f = torch.tensor([predicted]).log().requires_grad_()
    visibility_loss(f, torch.tensor([measured]), limit=LIMIT).backward()
    return f.grad.item()


@pytest.mark.parametrize('beta', [0.1, 0.5])
def test_the_loss_is_smooth_l1_of_logarithms_and_one_sided_at_the_limit(beta):
    predicted = [50.0, 310.0, 900.0, 4000.0, 60_000.0, 15_000.0, 19_500.0, 30_000.0, 100.0]
    measured = [100.0, 300.0, 1000.0, 1000.0, 19_000.0, 20_000.0, 35_000.0, 20_000.0, math.inf]
    assert of_metres(predicted, measured, beta).item() == pytest.approx(slow_loss(predicted, measured, beta), rel=1e-5)


def test_twice_as_far_is_as_wrong_as_half_as_far():
    assert of_metres([2000.0], [1000.0]).item() == pytest.approx(math.log(2) - 0.05, rel=1e-5)
    assert of_metres([2000.0], [1000.0]).item() == pytest.approx(of_metres([500.0], [1000.0]).item(), rel=1e-5)


@pytest.mark.parametrize(('predicted', 'measured', 'sign'), [
    (500.0, 1000.0, -1), (2000.0, 1000.0, 1),  # drawn to the truth from both sides
    (40_000.0, 19_999.0, 1),                   # also from beyond the limit
    (5000.0, 20_000.0, -1), (5000.0, math.inf, -1),
    (20_001.0, 20_000.0, 0), (90_000.0, 20_000.0, 0), (90_000.0, math.inf, 0)])
def test_a_censored_photo_only_pulls_up(predicted, measured, sign):
    assert np.sign(gradient(predicted, measured)) == sign


def test_a_label_that_is_far_off_pulls_no_harder_than_one_that_is_a_fifth_off():
    assert gradient(12_000.0, 100.0) == gradient(120.0, 100.0) == 1
    assert 0 < gradient(102.0, 100.0) < 0.3


def build(**settings) -> torch.nn.Module:
    torch.manual_seed(0)
    head = MODELS.build(dict(type='VisibilityHead', in_channels=6, **settings))
    head.init_weights()
    return head


def samples_of(*measured: float) -> list[DataSample]:
    return [DataSample(metainfo=dict(visibility=each, img_path=f'{number}.jpg'))
            for number, each in enumerate(measured)]


def test_it_predicts_metres_and_begins_at_a_kilometre():
    head = build()
    assert head((torch.zeros(2, 6),)).tolist() == pytest.approx([math.log(1000)] * 2)
    with torch.no_grad():
        head.fc.weight.fill_(1.0)
    feature = torch.tensor([[math.log(5) / 6] * 6, [-math.log(4) / 6] * 6])
    found = head.predict((torch.zeros(2, 1), feature))
    assert [sample.pred_visibility for sample in found] == pytest.approx([5000, 250], rel=1e-4)


def test_predictions_come_on_the_samples_that_are_given():
    given = [*samples_of(300.0), None]
    found = build().predict((torch.randn(2, 6),), given)
    assert found[0] is given[0] and found[0].visibility == 300 and isinstance(found[1], DataSample)
    assert all(isinstance(sample.to_dict()['pred_visibility'], float) for sample in found)


@pytest.mark.parametrize('as_data', [True, False])
def test_the_loss_is_of_the_samples_visibility_packed_in_either_way(as_data):
    head, feature, measured = build(limit=LIMIT, beta=0.3), torch.randn(3, 6), (90, 4000.0, 50_000.0)
    samples = [DataSample() for _ in measured] if as_data else samples_of(*measured)
    for sample, each in zip(samples, measured):
        sample.set_field(each, 'visibility', field_type='data' if as_data else 'metainfo')
    wanted = slow_loss(head((feature,)).exp().tolist(), list(measured), 0.3)
    losses = head.loss((torch.zeros(3, 1), feature), samples)
    assert list(losses) == ['loss'] and losses['loss'].item() == pytest.approx(wanted, rel=1e-4)


def test_in_mixed_precision_its_answer_is_not():
    """As metres a half ends at 65,504."""
    head = build()
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16):
        assert head((torch.randn(2, 6),)).dtype == torch.float32


@pytest.mark.parametrize('visibility', [None, 0.0, -5.0, math.nan, 'far'])
def test_a_photo_without_a_visibility_above_0_is_named(visibility):
    samples = samples_of(300.0, visibility)
    with pytest.raises(ValueError, match=r'^1\.jpg: wanted visibility, metres above 0, got .*algorithm_keys'):
        build().loss((torch.randn(2, 6),), samples)


def test_a_photo_whose_visibility_was_not_packed_is_named():
    sample = DataSample(metainfo=dict(img_path='a/b.jpg'))
    with pytest.raises(ValueError, match=r'^a/b\.jpg: wanted visibility'):
        build().loss((torch.randn(1, 6),), [sample])


@pytest.mark.parametrize('limit', [0, -1, math.inf])
def test_the_limit_is_a_distance(limit):
    with pytest.raises(ValueError, match='limit is a distance'):
        build(limit=limit)


@pytest.mark.slow
def test_a_small_network_learns_how_far_bright_photos_see():
    """Photos from black, 100 m, to white, 10 km; the four whitest are measured at the limit."""
    torch.manual_seed(0)
    classifier = MODELS.build(dict(
        type='mmpretrain.ImageClassifier',
        data_preprocessor=dict(type='mmpretrain.ClsDataPreprocessor', mean=[128] * 3, std=[64] * 3),
        backbone=dict(type='mmpretrain.ResNet', depth=18, base_channels=8, stem_channels=8),
        neck=dict(type='mmpretrain.GlobalAveragePooling'), head=dict(type='VisibilityHead', in_channels=64)))
    classifier.init_weights()
    brightness = torch.linspace(0, 1, 16)
    photos = (brightness[:, None, None, None] * 255).expand(16, 3, 32, 32).byte()
    measured = (100 * 100**brightness).tolist()
    measured[-4:] = [LIMIT] * 4
    batch = classifier.data_preprocessor(dict(inputs=photos, data_samples=samples_of(*measured)))
    optimizer = torch.optim.Adam(classifier.parameters(), 3e-3)
    losses = []
    for _ in range(60):
        loss = classifier(**batch, mode='loss')['loss']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 4
    seen = [sample.pred_visibility for sample in classifier.eval()(**batch, mode='predict')]
    off = np.abs(np.log(seen) - np.log(measured))[:-4]
    assert np.median(off) < math.log(1.5) and min(seen[-4:]) > 10_000

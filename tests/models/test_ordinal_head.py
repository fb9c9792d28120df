from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmhaze.models.heads.ordinal_head import PACE
from mmhaze.models.losses import ordinal_log_probs, ordinal_nll

THRESHOLDS = (-1.5, -0.2, 0.1, 2.0)


def slow_probabilities(location: float, thresholds=THRESHOLDS) -> list[float]:
    """As the equation reads, in float64."""
    below = [0.0, *(math.exp(-math.exp(-(threshold - location))) for threshold in thresholds), 1.0]
    return [above - lower for lower, above in zip(below, below[1:])]


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize('location', [-4, -1.5, -0.9, 0.0, 0.05, 0.7, 1.2])
def test_the_probabilities_are_those_of_the_equation(location, dtype):
    log_probs = ordinal_log_probs(torch.tensor([location], dtype=dtype), torch.tensor(THRESHOLDS, dtype=dtype))
    assert log_probs.dtype == dtype
    assert log_probs[0].exp().tolist() == pytest.approx(slow_probabilities(location), rel=2e-5, abs=1e-12)


def test_what_cancels_in_the_equation_is_exact_here():
    # levels a millionth apart, and levels that are next to impossible: a difference in float32 would be 0
    near = ordinal_log_probs(torch.tensor([0.3]), torch.tensor([0.0, 1e-5]))[0, 1].item()
    density = math.exp(0.3 - math.exp(0.3))
    assert near == pytest.approx(math.log(density * float(Fraction(np.float32(1e-5).item()))), abs=1e-4)
    far = ordinal_log_probs(torch.tensor([-60.0]), torch.tensor([0.0, 1.0]))[0].tolist()
    assert far == pytest.approx([0, -60 + math.log(1 - math.exp(-1)), -61], abs=1e-4)


@pytest.mark.parametrize('location', [-1e4, -90.0, -20.0, 0.0, 1.0, 2.0, 3.0, 5.0, 20.0, 90.0, 1e4])
def test_however_far_off_probabilities_sum_to_one_and_the_loss_pulls_back(location):
    for level in range(5):
        f = torch.tensor([location], requires_grad=True)
        thresholds = torch.tensor(THRESHOLDS, requires_grad=True)
        log_probs = ordinal_log_probs(f, thresholds)
        assert torch.isfinite(log_probs).all() and log_probs.exp().sum().item() == pytest.approx(1, abs=1e-5)
        log_probs[0, level].backward()
        assert torch.isfinite(f.grad).all() and torch.isfinite(thresholds.grad).all()
        assert f.grad.abs().item() < 17  # no photo outweighs all others
        if location > 20 and level < 4:
            assert f.grad.item() < -0.5
        if location < -20 and level > 0:
            assert f.grad.item() > 0.5


def test_the_straight_line_begins_where_a_ten_millionth_is_left():
    # P(y <= 0) = 1e-7 at f = log 16.1; one further on, the line's slope is still 16.1 and the exponential's e times it
    start = math.log(-math.log(1e-7))
    f = torch.tensor([start - 0.1, start + 1], dtype=torch.float64)
    first = ordinal_log_probs(f, torch.zeros(1, dtype=torch.float64))[:, 0].tolist()
    assert first == pytest.approx([-math.exp(start - 0.1), -2 * math.exp(start)])


def test_the_gradient_is_that_of_finite_differences():
    location = torch.tensor([-3.0, -0.4, 0.3, 1.7, 2.5, 2.9, 4.5], dtype=torch.float64, requires_grad=True)
    thresholds = torch.tensor(THRESHOLDS, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(ordinal_log_probs, (location, thresholds), eps=1e-6, atol=1e-6)


def test_the_loss_is_the_mean_negative_logarithm_of_the_right_levels_probability():
    location, levels = [-1.0, 0.2, 0.9], [0, 2, 4]
    expected = -np.mean([math.log(slow_probabilities(f)[level]) for f, level in zip(location, levels)])
    loss = ordinal_nll(torch.tensor(location), torch.tensor(THRESHOLDS), torch.tensor(levels))
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_two_levels_have_one_threshold():
    probabilities = ordinal_log_probs(torch.tensor([0.4]), torch.tensor([0.1]))[0].exp()
    assert probabilities.tolist() == pytest.approx(slow_probabilities(0.4, [0.1]), rel=1e-5)


@pytest.fixture
def head():
    torch.manual_seed(0)
    head = MODELS.build(dict(type='OrdinalNLLHead', num_classes=5, in_channels=6))
    head.init_weights()
    return head


@pytest.mark.parametrize('levels', [2, 5, 10])
def test_at_the_beginning_all_levels_are_equally_likely(levels):
    head = MODELS.build(dict(type='OrdinalNLLHead', num_classes=levels, in_channels=6))
    assert head((torch.zeros(1, 6),))[0].exp().tolist() == pytest.approx([1 / levels] * levels, rel=1e-4)


def test_thresholds_stay_in_order_whatever_is_learnt(head):
    with torch.no_grad():
        head.raw_steps.copy_(torch.tensor([-3.0, 4.0, -8.0]) / PACE)
    assert (head.thresholds.diff() > 0).all()


def test_more_haze_is_a_higher_level(head):
    with torch.no_grad():
        head.fc.weight.fill_(1.0)
        head.raw_steps.fill_(2.0 / PACE)
    photos = torch.linspace(-1, 1, 50)[:, None].expand(50, 6)
    found = [sample.pred_label.item() for sample in head.predict((photos,))]
    assert found == sorted(found) and set(found) == set(range(5))


def test_the_hosts_loss_and_predictions_are_of_these_probabilities(head):
    with torch.no_grad():
        head.fc.weight.normal_()
    feature, levels = torch.randn(4, 6), torch.tensor([0, 1, 3, 4])
    samples = [DataSample().set_gt_label(level) for level in levels]
    location = head.fc(feature)[:, 0]
    expected = ordinal_nll(location, head.thresholds, levels)
    torch.testing.assert_close(head.loss((torch.zeros(1), feature), samples)['loss'], expected)
    for sample, f in zip(head.predict((feature,), samples), location.tolist()):
        assert sample.pred_score.tolist() == pytest.approx(slow_probabilities(f, head.thresholds.tolist()), abs=1e-5)


def test_the_gradient_reaches_every_weight(head):
    samples = [DataSample().set_gt_label(level) for level in (0, 2, 3, 4)]
    head.loss((torch.randn(4, 6),), samples)['loss'].backward()
    assert all(weight.grad.abs().sum() > 0 for weight in head.parameters())


def rising_features(levels: torch.Tensor) -> torch.Tensor:
    """(N, 16): each level is told by its distance along one direction."""
    return (levels[:, None] - 4) / 4 * torch.randn(1, 16, generator=torch.Generator().manual_seed(0))


@pytest.mark.slow
@pytest.mark.parametrize(('optimizer', 'settings'), [(torch.optim.Adam, dict(lr=5e-4)),
                                                      (torch.optim.SGD, dict(lr=0.05, momentum=0.9))])
def test_features_that_tell_the_level_are_learnt_in_a_thousand_steps(optimizer, settings):
    """Adam moves a parameter by 0.5 at most in a thousand of these steps, and thresholds belong several apart."""
    torch.manual_seed(0)
    head = MODELS.build(dict(type='OrdinalNLLHead', num_classes=9, in_channels=16))
    head.init_weights()
    optimizer = optimizer(head.parameters(), **settings)
    for _ in range(1000):
        levels = torch.randint(9, (32,))
        loss = torch.nn.functional.cross_entropy(head((rising_features(levels),)), levels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert head((rising_features(torch.arange(9)),)).argmax(1).tolist() == list(range(9))


def test_plain_gradient_descent_moves_thresholds_as_if_they_were_parameters(head):
    feature, levels = torch.randn(4, 6), torch.tensor([0, 1, 3, 4])
    steps = head.thresholds[:1].detach().clone(), (head.raw_steps.detach() * PACE).clone()
    first, raw = (step.requires_grad_() for step in steps)
    plain = torch.cat([first, torch.nn.functional.softplus(raw)]).cumsum(0)
    ordinal_nll(head.fc(feature)[:, 0], plain, levels).backward()
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    ordinal_nll(head.fc(feature)[:, 0], head.thresholds, levels).backward()
    optimizer.step()
    moved = torch.cat([first - 0.1 * first.grad, torch.nn.functional.softplus(raw - 0.1 * raw.grad)]).cumsum(0)
    torch.testing.assert_close(head.thresholds, moved)


def test_one_level_is_refused():
    with pytest.raises(ValueError, match='at least 2'):
        MODELS.build(dict(type='OrdinalNLLHead', num_classes=1, in_channels=6))

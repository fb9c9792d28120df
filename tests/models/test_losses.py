from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax
from scipy.stats import entropy

from mmhaze.models.losses import FeatureKLLoss, FeatureL2Loss, feature_kl, feature_l2


@pytest.fixture
def features() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(4, 5, 2, 3, requires_grad=True), torch.randn(4, 5, 2, 3, requires_grad=True)


def test_kl_is_scipys_relative_entropy_of_the_task_from_the_magnifier(features):
    p, q = (softmax(feature.detach().numpy().mean((2, 3)), axis=1) for feature in features)
    assert feature_kl(*features).item() == pytest.approx(entropy(p, q, axis=1).mean(), rel=1e-5)


def test_kl_moves_the_task_feature_only_unless_told_otherwise(features):
    task, magnifier = features
    feature_kl(task, magnifier).backward()
    assert task.grad.abs().sum() > 0 and magnifier.grad is None
    feature_kl(task, magnifier, detach_magnifier=False).backward()
    assert magnifier.grad.abs().sum() > 0


def test_l2_is_the_distance_of_rows_and_moves_both(features):
    task, magnifier = features
    rows = np.linalg.norm((task - magnifier).detach().numpy(), axis=-1)
    loss = feature_l2(task, magnifier)
    assert loss.item() == pytest.approx(rows.mean(), rel=1e-4)
    loss.backward()
    assert task.grad.abs().sum() > 0 and magnifier.grad.abs().sum() > 0


@pytest.mark.parametrize('loss', [FeatureKLLoss, FeatureL2Loss])
def test_the_weight_is_a_thousandth_and_equal_features_cost_next_to_nothing(loss, features):
    task, magnifier = features
    plain = {FeatureKLLoss: feature_kl, FeatureL2Loss: feature_l2}[loss]
    torch.testing.assert_close(loss()(task, magnifier), 0.001 * plain(task, magnifier))
    assert loss()(task, task).item() == pytest.approx(0, abs=1e-8)


def test_l2_refuses_features_of_two_shapes():
    with pytest.raises(ValueError, match=r'\(2, 3\).*\(2, 4\)'):
        feature_l2(torch.zeros(2, 3), torch.zeros(2, 4))

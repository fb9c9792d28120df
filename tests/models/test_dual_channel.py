from __future__ import annotations

import copy

import pytest
import torch
from mmpretrain.registry import MODELS

RESNET = dict(type='ResNet', depth=18, base_channels=8, stem_channels=8)


def channels() -> dict:
    torch.manual_seed(1)
    return dict(task=torch.randn(4, 3, 64, 64), magnifier=torch.randn(4, 3, 32, 48) * 3 + 5)


def running_statistics(model: torch.nn.Module) -> dict:
    return {name: value.clone() for name, value in model.named_buffers()}


def test_each_channel_may_have_a_size_of_its_own():
    task, magnifier = MODELS.build(dict(type='DualChannel', encoder=RESNET))(channels())
    assert task.shape == (4, 64, 2, 2) and magnifier.shape == (4, 64, 1, 2)


def test_without_a_magnifier_there_is_one_feature():
    features = MODELS.build(dict(type='DualChannel', encoder=RESNET))(dict(task=channels()['task']))
    assert len(features) == 1


def test_a_shared_encoder_keeps_its_running_statistics_to_the_task_channel():
    both = MODELS.build(dict(type='DualChannel', encoder=RESNET, share_weights=True)).train()
    alone = copy.deepcopy(both)
    both(channels())
    alone(dict(task=channels()['task']))
    before, after = running_statistics(alone), running_statistics(both)
    for name, value in after.items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_the_magnifier_is_normalised_with_its_own_batch_while_training():
    model = MODELS.build(dict(type='DualChannel', encoder=RESNET, share_weights=True)).train()
    inputs = channels()
    _, magnifier = model(inputs)
    torch.testing.assert_close(magnifier, model.task(inputs['magnifier'])[-1])


def test_running_statistics_are_taken_up_again_after_an_error():
    model = MODELS.build(dict(type='DualChannel', encoder=RESNET, share_weights=True)).train()
    with pytest.raises(RuntimeError):
        model(dict(task=channels()['task'], magnifier=torch.zeros(4, 5, 8, 8)))
    before = running_statistics(model)
    model(dict(task=channels()['task']))
    assert any(not torch.equal(before[name], value) for name, value in running_statistics(model).items())

"""Each strategy with each kind of encoder: that it learns, and that the gradient goes where it should."""
from __future__ import annotations

import pytest
import torch
from mmpretrain.registry import MODELS

PREPROCESSOR = dict(type='DualChannelPreprocessor', mean=[127.5] * 3, std=[64.0] * 3, to_rgb=True)


def build(strategy: str, encoder: dict, channels: int, constraint: dict | None = None) -> torch.nn.Module:
    classifier = dict(type='LinearClsHead', num_classes=3, in_channels=channels)
    pool = dict(type='GlobalAveragePooling') if encoder['type'] in ('ResNet', 'MobileNetV2') else None
    parts = dict(
        ia=dict(backbone=dict(type='InputAugmentation', encoder=encoder), neck=pool, head=classifier),
        nc=dict(backbone=dict(type='DualChannel', encoder=encoder, share_weights=True),
                head=dict(type='NetworkConstraintHead', head=classifier,
                          constraint=constraint or dict(type='FeatureKLLoss'))),
        fe=dict(backbone=dict(type='DualChannel', encoder=encoder), neck=dict(type='FeatureEnhancement'),
                head=dict(classifier, in_channels=2 * channels)),
        nc_fe=dict(backbone=dict(type='DualChannel', encoder=encoder),
                   head=dict(type='NetworkConstraintHead', neck=dict(type='FeatureEnhancement'),
                             head=dict(classifier, in_channels=2 * channels))))
    torch.manual_seed(0)
    model = MODELS.build(dict(type='ImageClassifier', data_preprocessor=PREPROCESSOR, **parts[strategy]))
    model.init_weights()
    return model


def settle(model: torch.nn.Module, batch: dict) -> torch.nn.Module:
    """Fits the batch norms to the batch: with those of a new network, small features vanish on their way up."""
    for norm in model.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.momentum = 1.0
    with torch.no_grad():
        losses(model.train(), batch)
    return model.eval()


def losses(model: torch.nn.Module, batch: dict) -> dict:
    return model(**model.data_preprocessor(batch, training=True), mode='loss')


@pytest.mark.slow
@pytest.mark.parametrize('strategy', ['ia', 'nc', 'fe', 'nc_fe'])
def test_the_loss_falls_on_a_handful_of_images(strategy, encoder, batch):
    model = build(strategy, *encoder).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    history = []
    for _ in range(25):
        loss = sum(losses(model, batch).values())
        history.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert history[-1] < 0.5 * history[0]


@pytest.mark.parametrize('strategy', ['ia', 'nc', 'fe', 'nc_fe'])
def test_the_gradient_reaches_every_weight(strategy, encoder, batch):
    model = build(strategy, *encoder).train()
    sum(losses(model, batch).values()).backward()
    dead = [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.abs().sum()]
    # a transformer's last norm of the patches, and biases before a softmax over positions, have none by nature
    assert not [name for name in dead if 'qkv.bias' not in name]


def test_feature_enhancement_trains_both_encoders_and_they_differ(batch, encoder):
    model = build('fe', *encoder)
    task, magnifier = dict(model.backbone.task.named_parameters()), dict(model.backbone.magnifier.named_parameters())
    assert task.keys() == magnifier.keys()
    assert not {id(weight) for weight in task.values()} & {id(weight) for weight in magnifier.values()}


@pytest.mark.slow
def test_network_constraint_goes_together_with_feature_enhancement(batch, encoder):
    both, enhanced = (settle(build(strategy, *encoder), batch) for strategy in ('nc_fe', 'fe'))
    enhanced.backbone.load_state_dict(both.backbone.state_dict())
    enhanced.head.load_state_dict(both.head.head.state_dict())
    with torch.no_grad():
        found, expected = losses(both, batch), losses(enhanced, batch)
        features = both.backbone(both.data_preprocessor(batch)['inputs'])
        scores = [[sample.pred_score for sample in model.test_step(batch)] for model in (both, enhanced)]
    torch.testing.assert_close(found['loss'], expected['loss'])
    torch.testing.assert_close(found['loss_constraint'], both.head.constraint(*features))
    torch.testing.assert_close(scores[0], scores[1])
    torch.testing.assert_close(both.head.pre_logits(features), enhanced.neck(features)[0])


def test_network_constraint_has_one_encoder_and_adds_m_times_the_distance(batch, encoder):
    plain = settle(build('nc', *encoder), batch)
    names = {name for name, _ in plain.backbone.named_parameters()}
    assert all(name.startswith('task.') for name in names)
    with torch.no_grad():
        inputs = plain.data_preprocessor(batch)
        task, magnifier = plain.backbone(inputs['inputs'])
        found = losses(plain, batch)
    kl = torch.nn.functional.kl_div(*(f.flatten(2).mean(2).log_softmax(1) if f.ndim == 4 else f.log_softmax(1)
                                      for f in (magnifier, task)), reduction='batchmean', log_target=True)
    assert kl > 0
    torch.testing.assert_close(found['loss_constraint'], 0.001 * kl)


@pytest.mark.slow
@pytest.mark.parametrize('constraint', ['FeatureKLLoss', 'FeatureL2Loss'])
def test_the_constraint_alone_draws_the_feature_of_the_photo_to_that_of_its_haze(constraint, batch, encoder):
    model = settle(build('nc', *encoder, constraint=dict(type=constraint, loss_weight=1.0)), batch)
    optimizer = torch.optim.Adam(model.backbone.parameters(), lr=1e-4)
    history = []
    for _ in range(8):
        constraint_loss = losses(model, batch)['loss_constraint']
        history.append(constraint_loss.item())
        optimizer.zero_grad()
        constraint_loss.backward()
        optimizer.step()
    assert history[-1] < history[0]


def test_network_constraint_needs_no_map_at_inference_and_takes_no_notice_of_one(batch, encoder):
    model = build('nc', *encoder).eval()
    alone = dict(batch, inputs=dict(task=batch['inputs']['task']))
    with torch.no_grad():
        scores = [[sample.pred_score for sample in model.test_step(data)] for data in (alone, batch)]
    torch.testing.assert_close(scores[0], scores[1], rtol=0, atol=0)


@pytest.mark.parametrize('strategy', ['ia', 'fe', 'nc_fe'])
def test_the_other_strategies_say_that_they_need_the_map(strategy, batch, encoder):
    model = build(strategy, *encoder).eval()
    with pytest.raises(ValueError, match='magnifier'):
        model.test_step(dict(batch, inputs=dict(task=batch['inputs']['task'])))


def test_network_constraint_says_that_training_needs_the_map(batch, encoder):
    with pytest.raises(ValueError, match='magnifier'):
        losses(build('nc', *encoder), dict(batch, inputs=dict(task=batch['inputs']['task'])))


@pytest.mark.parametrize('strategy', ['ia', 'fe', 'nc_fe'])
def test_the_prediction_depends_on_the_map(strategy, batch, encoder):
    model = settle(build(strategy, *encoder), batch)
    other = dict(batch, inputs=dict(batch['inputs'], magnifier=255 - batch['inputs']['magnifier']))
    with torch.no_grad():
        scores = [torch.stack([sample.pred_score for sample in model.test_step(data)]) for data in (batch, other)]
    assert (scores[0] - scores[1]).abs().max() > 1e-4

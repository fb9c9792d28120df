from __future__ import annotations

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import nn

from tests.conftest import ROOT


def build(**kwargs) -> nn.Module:
    torch.manual_seed(0)
    model = MODELS.build(dict(type='NetworkInNetwork', **kwargs))
    model.init_weights()
    return model


def layers(model: nn.Module, *kinds: type) -> list[nn.Module]:
    return [module for module in model.modules() if isinstance(module, kinds)]


def test_it_has_the_layers_of_the_paper():
    model = build()
    shapes = [(c.in_channels, c.out_channels, *c.kernel_size) for c in layers(model, nn.Conv2d)]
    assert shapes == [(3, 192, 5, 5), (192, 160, 1, 1), (160, 96, 1, 1), (96, 192, 5, 5), (192, 192, 1, 1),
                      (192, 192, 1, 1), (192, 192, 3, 3), (192, 192, 1, 1)]
    assert [type(layer) for layer in layers(model, nn.MaxPool2d, nn.AvgPool2d)] == [nn.MaxPool2d, nn.AvgPool2d]
    assert [dropout.p for dropout in layers(model, nn.Dropout)] == [0.5, 0.5]
    order = [type(layer).__name__ for layer in model.block1]
    assert order == ['Conv2d', 'ReLU'] * 3 + ['MaxPool2d', 'Dropout']


@pytest.mark.parametrize(('size', 'expected'), [((64, 64), (16, 16)), ((48, 80), (12, 20))])
def test_a_feature_map_is_a_quarter_of_the_photo(size, expected):
    feature, = build(in_channels=6)(torch.randn(2, 6, *size))
    assert feature.shape == (2, 192, *expected)


def test_the_ninth_convolution_and_the_mean_may_change_places():
    feature, = build()(torch.randn(2, 3, 32, 32))
    head = nn.Linear(192, 9)
    convolution = nn.Conv2d(192, 9, 1)
    convolution.load_state_dict(dict(weight=head.weight[..., None, None], bias=head.bias))
    torch.testing.assert_close(head(feature.mean((2, 3))), convolution(feature).mean((2, 3)))


@pytest.mark.parametrize(('act', 'slope'), [('relu', 0.0), ('leaky', 0.1)])
def test_the_activation_is_the_one_asked_for(act, slope):
    found = layers(build(act=act), nn.ReLU, nn.LeakyReLU)
    assert len(found) == 8
    for layer in found:
        assert layer(torch.tensor([-1.0, 2.0])).tolist() == pytest.approx([-slope, 2])


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match='rleu'):
        build(act='rleu')


def test_it_drops_out_in_training_only():
    model, x = build(), torch.randn(1, 3, 32, 32)
    model.train()
    assert not torch.equal(model(x)[0], model(x)[0])
    model.eval()
    torch.testing.assert_close(model(x)[0], model(x)[0], rtol=0, atol=0)


def test_the_layout_of_training_changes_no_value():
    model, x = build(), torch.randn(2, 3, 32, 48)
    for dropout in layers(model, nn.Dropout):
        dropout.p = 0
    model.train()
    trained, = model(x)
    assert trained.is_contiguous(memory_format=torch.channels_last)
    model.eval()
    torch.testing.assert_close(trained, model(x)[0])


def test_the_weights_begin_as_xaviers():
    model = build()
    for layer in layers(model, nn.Conv2d):
        fan = (layer.in_channels + layer.out_channels) * layer.kernel_size[0]**2
        limit = (6 / fan)**0.5
        assert 0.95 * limit < layer.weight.abs().max() <= limit and not layer.bias.any()


@pytest.mark.slow
@pytest.mark.parametrize(('name', 'told_apart'), [('cnn', [0, 1, 2]), ('cnn-ordinal', [0, 2])])
def test_the_whole_network_learns_a_handful_of_photos(name, told_apart):
    config = Config.fromfile(ROOT / f'configs/baselines/{name}_hazel-level.py').model
    config.head.num_classes = 3
    torch.manual_seed(0)
    levels = torch.arange(12) % 3
    photos = (torch.randn(12, 3, 16, 16) * 25 + 60 + 60 * levels.view(-1, 1, 1, 1)).clamp(0, 255)
    model = MODELS.build(config)
    model.init_weights()
    assert len(layers(model, nn.Conv2d, nn.Linear)) == 9
    samples = [DataSample().set_gt_label(level) for level in levels]
    inputs = model.data_preprocessor(dict(inputs=photos, data_samples=samples))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = []
    for _ in range(30):
        loss = sum(model(**inputs, mode='loss').values())
        history.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert history[-1] < 0.5 * history[0]
    found = [sample.pred_label.item() for sample in model.eval()(**inputs, mode='predict')]
    # the ordinal one needs longer for the narrow level between its thresholds
    assert all(label == level for label, level in zip(found, levels.tolist()) if level in told_apart)

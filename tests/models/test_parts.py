"""The neck, the preprocessor and LeNet-5, each by itself."""
from __future__ import annotations

import pytest
import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample


def test_feature_enhancement_joins_the_pooled_features_in_order():
    task, magnifier = torch.randn(2, 3, 4, 5), torch.randn(2, 6)
    joined, = MODELS.build(dict(type='FeatureEnhancement'))((task, magnifier))
    torch.testing.assert_close(joined, torch.cat([task.flatten(2).mean(2), magnifier], 1))


def test_tokens_are_averaged():
    tokens = torch.randn(2, 7, 3)
    joined, = MODELS.build(dict(type='FeatureEnhancement'))((tokens, tokens))
    torch.testing.assert_close(joined[:, :3], tokens.mean(1))


def test_a_feature_of_another_kind_is_refused():
    with pytest.raises(ValueError, match=r'\(2,\)'):
        MODELS.build(dict(type='FeatureEnhancement'))((torch.zeros(2), torch.zeros(2)))


def test_the_preprocessor_does_to_each_channel_what_the_hosts_does_to_one():
    settings = dict(mean=[10.0, 20.0, 30.0], std=[2.0, 3.0, 4.0], to_rgb=True)
    ours, host = (MODELS.build(dict(type=kind, **settings))
                  for kind in ('DualChannelPreprocessor', 'ClsDataPreprocessor'))
    channels = dict(task=torch.randint(0, 256, (2, 3, 8, 8), dtype=torch.uint8),
                    magnifier=torch.randint(0, 256, (2, 3, 5, 6), dtype=torch.uint8))
    samples = [DataSample().set_gt_label(label) for label in (0, 1)]
    done = ours(dict(inputs=channels, data_samples=samples), training=True)
    assert done['inputs'].keys() == channels.keys() and done['data_samples'] is samples
    for name, channel in channels.items():
        torch.testing.assert_close(done['inputs'][name], host(dict(inputs=channel))['inputs'])


def test_the_preprocessor_refuses_what_it_cannot_split():
    preprocessor = MODELS.build(dict(type='DualChannelPreprocessor'))
    with pytest.raises(ValueError, match='task'):
        preprocessor(dict(inputs=torch.zeros(2, 3, 8, 8)))
    with pytest.raises(ValueError, match='Mixup'):
        MODELS.build(dict(type='DualChannelPreprocessor', batch_augments=dict(augments=[dict(type='Mixup', alpha=1)])))


@pytest.mark.parametrize(('variant', 'branches'), [('paper', 1), ('released', 2)])
def test_lenet5_has_the_layers_of_its_variant(variant, branches):
    lenet = MODELS.build(dict(type='LeNet5RGB', variant=variant))
    weights = (3 * 6 * 25 + 6) + branches * (6 * 16 * 25 + 16) + (16 * 120 * 25 + 120)
    assert sum(weight.numel() for weight in lenet.parameters()) == weights
    feature, flat = lenet(torch.randn(2, 3, 64, 64))
    assert feature.shape == (2, 120, 9, 9) and flat.shape == (2, 9720)
    torch.testing.assert_close(flat, feature.flatten(1))


def test_the_released_branches_are_summed():
    lenet = MODELS.build(dict(type='LeNet5RGB', variant='released'))
    x = torch.randn(2, 3, 64, 64)
    first = lenet.stage1(x)
    expected = lenet.stage3(lenet.stage2[0](first) + lenet.stage2[1](first))
    torch.testing.assert_close(lenet(x)[0], expected)


def test_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match='relased'):
        MODELS.build(dict(type='LeNet5RGB', variant='relased'))

from __future__ import annotations

import pytest
import torch
from mmengine.runner.checkpoint import load_checkpoint
from mmpretrain.registry import MODELS


@pytest.fixture
def pretrained(encoder, tmp_path):
    """An encoder with weights on disk: the config, the module, and the file."""
    config, _ = encoder
    torch.manual_seed(2)
    plain = MODELS.build(config)
    plain.init_weights()
    plain.eval()
    path = tmp_path / 'plain.pth'
    torch.save(dict(state_dict={f'backbone.{name}': value for name, value in plain.state_dict().items()}), path)
    return config, plain, path


def test_pretrained_weights_are_kept_and_the_network_begins_with_what_it_knew(pretrained):
    config, plain, path = pretrained
    init_cfg = dict(type='Pretrained', checkpoint=str(path), prefix='backbone.')
    wide = MODELS.build(dict(type='InputAugmentation', encoder=dict(config, init_cfg=init_cfg))).eval()
    wide.init_weights()
    photo, other = torch.randn(2, 2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(wide(dict(task=photo, magnifier=other))[-1], plain(photo)[-1])


def test_its_own_checkpoint_loads_unchanged(encoder, tmp_path):
    first, second = (MODELS.build(dict(type='InputAugmentation', encoder=encoder[0])).eval() for _ in range(2))
    torch.save(first.state_dict(), tmp_path / 'wide.pth')
    load_checkpoint(second, str(tmp_path / 'wide.pth'), strict=True)
    channels = dict(task=torch.randn(2, 3, 32, 32), magnifier=torch.randn(2, 3, 32, 32))
    with torch.no_grad():
        torch.testing.assert_close(first(channels)[-1], second(channels)[-1])


def test_the_first_convolution_keeps_its_geometry(encoder):
    plain, wide = MODELS.build(encoder[0]), MODELS.build(dict(type='InputAugmentation', encoder=encoder[0]))
    first, widened = (next(module for module in model.modules() if isinstance(module, torch.nn.Conv2d))
                      for model in (plain, wide))
    assert widened.in_channels == 6
    for name in ('out_channels', 'kernel_size', 'stride', 'padding', 'dilation', 'padding_mode'):
        assert getattr(first, name) == getattr(widened, name)
    assert (first.bias is None) == (widened.bias is None)


def test_channels_of_two_sizes_are_refused(encoder):
    model = MODELS.build(dict(type='InputAugmentation', encoder=encoder[0]))
    with pytest.raises(ValueError, match=r'\(2, 3, 32, 32\).*\(2, 3, 16, 16\)'):
        model(dict(task=torch.zeros(2, 3, 32, 32), magnifier=torch.zeros(2, 3, 16, 16)))


def test_an_encoder_that_begins_otherwise_is_refused():
    with pytest.raises(ValueError, match='convolution of 3 planes'):
        MODELS.build(dict(type='InputAugmentation', encoder=dict(type='ResNet', depth=18, in_channels=4)))

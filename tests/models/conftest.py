"""Small encoders of three kinds, and batches for them."""
from __future__ import annotations

import pytest
import torch
from mmpretrain.structures import DataSample

ENCODERS = dict(
    # at zero_init_residual's zeros half of the weights get no gradient in the first step
    resnet=(dict(type='ResNet', depth=18, base_channels=8, stem_channels=8, zero_init_residual=False), 64),
    mobilenet=(dict(type='MobileNetV2', widen_factor=0.25), 1280),
    transformer=(dict(type='VisionTransformer', img_size=32, patch_size=8,
                      arch=dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)), 32),
    lenet5=(dict(type='LeNet5RGB'), 120))


@pytest.fixture(params=sorted(ENCODERS))
def encoder(request) -> tuple[dict, int]:
    """The config of an encoder, and how many channels its feature has."""
    config, channels = ENCODERS[request.param]
    return dict(config), channels


@pytest.fixture
def batch() -> dict:
    """Twelve photos of three classes, told apart by their brightness, as a data loader gives them."""
    torch.manual_seed(0)
    labels = torch.arange(12) % 3
    photos = (torch.randn(12, 3, 32, 32) * 25 + 60 + 60 * labels.view(-1, 1, 1, 1)).clamp(0, 255).byte()
    inputs = dict(task=photos, magnifier=photos.flip(-1))
    return dict(inputs=inputs, data_samples=[DataSample().set_gt_label(label) for label in labels])

"""Weights under other names of the same tensors, and where a network finds them again."""
from __future__ import annotations

import pytest
import torch
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

pytest.importorskip('timm')

import timm

from benchmarks.studies import imagenet_weights
from benchmarks.studies import network_ablation as ablation


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    """Of the network that is wanted, drawn at random, under names of their own."""
    state = timm.create_model(imagenet_weights.MODEL).state_dict()
    return {f'_{number}': tensor for number, tensor in enumerate(state.values())}


@pytest.mark.slow
def test_the_pretrained_step_begins_with_these_weights(weights, tmp_path):
    torch.save(weights, tmp_path / 'in.pth')
    imagenet_weights.main([str(tmp_path / 'in.pth'), '--out', str(tmp_path / 'new/out.pth')])
    assert [path.name for path in (tmp_path / 'new').iterdir()] == ['out.pth']
    config = ablation.encoder(str(tmp_path / 'new/out.pth'))['model.backbone']
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        backbone = MODELS.build({key: value for key, value in config.items() if key != '_delete_'})
    backbone.init_weights()
    for tensor, wanted in zip(backbone.timm_model.state_dict().values(), weights.values()):
        assert torch.equal(tensor, wanted)


def test_weights_of_another_network_are_refused(weights):
    like = timm.create_model(imagenet_weights.MODEL).state_dict()
    with pytest.raises(ValueError, match=r'296 tensors, these weights 295\. Take those of Lite0'):
        imagenet_weights.rename(dict(list(weights.items())[1:]), like)
    weights['_0'] = torch.zeros(8, 3, 3, 3)
    with pytest.raises(ValueError, match=r'_0 has the shape \(8, 3, 3, 3\) where conv_stem\.weight'):
        imagenet_weights.rename(weights, like)

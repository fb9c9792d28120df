from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmpretrain.structures import DataSample
from torch import nn

from mmhaze.models import (
    BaseDehazer,
    DarkChannelPrior,
    DehazePreprocessor,
    GUNet,
    HazeMapDehazer,
    MixDehazeNet,
    dehazers,
)
from mmhaze.models.dehazers.base import pad_by_reflection

ALL = [getattr(dehazers, name) for name in dehazers.__all__ if name not in ('BaseDehazer', 'ProgressiveDehazer')]
NETWORKS = [kind for kind in ALL if kind not in (DarkChannelPrior, HazeMapDehazer)]


class Recorder(BaseDehazer):
    """Adds its parameter to what it gets, and remembers that."""

    value_range = (-1.0, 1.0)
    multiple = 8
    min_size = 24

    def __init__(self, **settings) -> None:
        super().__init__(**settings)
        self.shift = nn.Parameter(torch.tensor(0.5))

    def restore(self, hazy):
        self.seen = hazy
        return hazy + self.shift


def photos(*size: int) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.rand(2, 3, *size)


def test_a_network_gets_its_range_and_sizes_and_the_photo_comes_back_as_it_was():
    network, hazy = Recorder(), photos(30, 9)
    dehazed = network(hazy)
    assert network.seen.shape == (2, 3, 32, 24)
    torch.testing.assert_close(network.seen[..., :30, :9], hazy * 2 - 1)
    torch.testing.assert_close(dehazed, hazy + 0.25)


@pytest.mark.parametrize('size', [(24, 24), (40, 32)])
def test_a_photo_that_fits_is_not_padded(size):
    network = Recorder()
    network(photos(*size))
    assert network.seen.shape[2:] == size


def test_padding_is_torchs_reflection_and_goes_on_where_torch_refuses():
    images = photos(7, 9)
    torch.testing.assert_close(pad_by_reflection(images, 12, 16), F.pad(images, (0, 7, 0, 5), 'reflect'))
    wide = pad_by_reflection(images[..., :2, :1], 7, 3)
    expected = np.pad(images[..., :2, :1].numpy(), ((0, 0), (0, 0), (0, 5), (0, 2)), 'reflect')
    np.testing.assert_array_equal(wide.numpy(), expected)


@pytest.mark.parametrize('network', ALL)
@pytest.mark.parametrize('size', [(1, 1), (1, 50), (37, 41), (64, 66)])
def test_any_size_comes_back(network, size):
    dehazed = network().eval()(photos(*size))
    assert dehazed.shape == (2, 3, *size) and dehazed.isfinite().all()


@pytest.mark.parametrize('network', ALL)
def test_an_image_of_a_batch_is_dehazed_as_it_is_alone(network):
    torch.manual_seed(1)
    network, hazy = network().eval(), photos(48, 48)
    torch.testing.assert_close(network(hazy)[1:], network(hazy[1:]), atol=1e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize('network', NETWORKS)
def test_every_parameter_gets_a_gradient_and_a_step_lowers_the_loss(network):
    torch.manual_seed(0)
    network = network()
    clear = photos(40, 40)
    hazy = clear * 0.4 + 0.6 * 0.9
    samples = [DataSample() for _ in clear]
    for sample, each in zip(samples, clear):
        sample.set_field(each, 'clear')
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    losses = []
    for _ in range(4):
        loss = network(hazy, samples, mode='loss')
        assert set(loss) == {'loss_l1'}
        optimizer.zero_grad()
        loss['loss_l1'].backward()
        losses.append(loss['loss_l1'].item())
        silent = [name for name, weight in network.named_parameters() if weight.grad is None]
        assert not silent
        optimizer.step()
    assert losses[-1] < losses[0]



def test_the_loss_is_the_mean_distance_to_the_clear_photo():
    network, hazy = Recorder(losses=dict(near=dict(type='DehazeL1Loss', loss_weight=3.0))), photos(24, 24)
    samples = [DataSample() for _ in hazy]
    for sample, each in zip(samples, hazy - 0.5):
        sample.set_field(each, 'clear')
    assert network(hazy, samples, mode='loss')['loss_near'].item() == pytest.approx(3 * 0.75)


def test_predictions_are_in_range_and_keep_what_the_samples_knew():
    hazy = photos(24, 24)
    sample = DataSample(metainfo=dict(img_path='a.png'))
    predicted = Recorder()(hazy[:1], [sample], mode='predict')
    assert predicted[0].img_path == 'a.png'
    torch.testing.assert_close(predicted[0].dehazed, (hazy[0] + 0.25).clamp(max=1))
    torch.testing.assert_close(predicted[0].hazy, hazy[0])
    assert len(Recorder()(hazy, mode='predict')) == 2


@pytest.mark.parametrize(('call', 'says'), [
    (lambda: Recorder()(torch.zeros(3, 24, 24)), r'\(N, 3, H, W\) RGB float'),
    (lambda: Recorder()(torch.zeros(1, 3, 24, 24, dtype=torch.uint8)), 'torch.uint8'),
    (lambda: Recorder()(photos(24, 24), mode='train'), "got 'train'"),
    (lambda: Recorder()(photos(24, 24), [DataSample()] * 2, mode='loss'), "data_samples with 'clear'"),
    (lambda: MixDehazeNet('xl'), 'arch is one of t, s, b, l'),
    (lambda: MixDehazeNet('t', widths=(4, 8, 16)), 'at least 8'),
    (lambda: GUNet((2, 2)), 'an odd number'),
])
def test_what_is_wrong_is_said(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_the_preprocessor_gives_rgb_in_0_1_to_both_photos():
    img = torch.zeros(3, 4, 5, dtype=torch.uint8)
    img[0], img[2] = 255, 51  # blue, red
    sample = DataSample()
    sample.set_field(img.flip(0), 'clear')
    given = DehazePreprocessor()(dict(inputs=[img], data_samples=[sample]))
    assert given['inputs'].shape == (1, 3, 4, 5)
    assert given['inputs'][0, :, 0, 0].tolist() == pytest.approx([0.2, 0, 1])
    assert given['data_samples'][0].clear[:, 0, 0].tolist() == pytest.approx([1, 0, 0.2])
    with pytest.raises(ValueError, match='batch_size=1'):
        DehazePreprocessor()(dict(inputs=[img, img[:, 1:]]))

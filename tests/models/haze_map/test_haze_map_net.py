from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpretrain.structures import DataSample

from mmhaze.models import HazeMapNet
from mmhaze.models.haze_map.haze_map_net import SeenHaze, losses, share_of_haze
from mmhaze.models.haze_map.lite_encoder import CHANNELS, LiteEncoder, SameConv2d
from mmhaze.runtime.shipped import find_config
from mmhaze.synthesis.weather import DrawnWeather


def drawn(transmission: torch.Tensor, sky: torch.Tensor) -> DrawnWeather:
    return DrawnWeather(torch.rand(len(sky), 3, *sky.shape[2:]), transmission, sky, torch.full((len(sky), 3), 0.8))


def publish(file: Path) -> dict[str, torch.Tensor]:
    """Random weights in a file as the package of the encoder has it."""
    # theirs have an underscore before each name, and more behind what is used here
    published = {'_' + name: torch.rand_like(weight) if weight.is_floating_point() else weight
                 for name, weight in LiteEncoder().state_dict().items()}
    published = {name if name.startswith(('_conv_stem', '_bn0')) else
                 '_blocks.{}._{}'.format(*name.removeprefix('_blocks.').split('.', 1)): weight
                 for name, weight in published.items()} | {'_fc.weight': torch.rand(2, 2)}
    torch.save(published, file)
    return published


def test_it_sees_half_the_resolution():
    seen = HazeMapNet().eval()(torch.rand(2, 3, 48, 64))
    assert [each.shape for each in seen] == [(2, 1, 24, 32)] * 3 + [(2, 3), (2, 1)]


def test_a_whole_training_of_the_config_runs_without_a_file(tmp_path):
    config = Config.fromfile(find_config('haze-map_drawn'))
    config.merge_from_dict(dict(work_dir=str(tmp_path)))
    for part in ('train', 'val', 'test'):
        config[f'{part}_dataloader'].update(batch_size=2, num_workers=0, persistent_workers=False)
        for scenes in config[f'{part}_dataloader'].dataset.datasets:
            scenes.update(count=4, size=(48, 64), cache_mb=1)
    config.model.size = (32, 48)
    config.train_cfg.update(max_iters=2, val_interval=2)
    runner = Runner.from_cfg(config)
    before = runner.model.head.weight.detach().clone()
    runner.train()
    assert not torch.equal(runner.model.head.weight, before)
    assert 0 < runner.message_hub.get_scalar('val/transmission/error').current() < 1


def test_it_learns_what_is_hazy_and_what_is_not():
    """Two pictures, white and striped: the error falls to a tenth in some steps."""
    torch.manual_seed(0)
    network = HazeMapNet()
    img = torch.full((2, 3, 32, 32), 0.9)
    img[1, :, ::2] = 0.2
    true = drawn(torch.tensor([0.05, 0.95]).view(2, 1, 1, 1).expand(2, 1, 32, 32),
                 torch.zeros(2, 1, 32, 32, dtype=torch.bool))
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    terms = []
    for _ in range(40):
        found = losses(network.see(img), true)
        terms.append(found['loss_transmission'].item())
        optimizer.zero_grad()
        sum(found.values()).backward()
        optimizer.step()
    assert terms[-1] < terms[0] / 5


def test_the_right_answer_has_no_error_and_each_term_its_weight():
    """A wall in haze at the left, one in clear air at the right, below a clear sky."""
    far = 20.0
    transmission, sky = torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 8, 8, dtype=torch.bool)
    transmission[..., 4:] = transmission[..., :2, :] = 1.0
    sky[..., :2, :] = True
    level = torch.logit(torch.tensor(0.8))
    clear = torch.full((1, 1, 4, 4), -far)
    clear[..., 2:] = clear[..., :1, :] = far
    above = torch.full((1, 1, 4, 4), -far)
    above[..., :1, :] = far
    right = SeenHaze(clear, above, torch.full((1, 1, 4, 4), -5.0), level.expand(1, 3), torch.full((1, 1), -4.0))
    found = losses(right, drawn(transmission, sky))
    assert {name for name, term in found.items() if abs(float(term)) > 1e-4} == {'loss_spread'}
    assert float(found['loss_spread']) == pytest.approx(-0.05 * 9, abs=1e-3)
    wrong = losses(right._replace(transmission=-clear), drawn(transmission, sky))
    assert float(wrong['loss_transmission']) == pytest.approx(1, abs=1e-3)
    # as much too high as too low, so that the share of haze in what is not sky is right
    assert float(wrong['loss_share']) == pytest.approx(0, abs=1e-3)
    assert float(losses(right._replace(transmission=clear * 0 + far), drawn(transmission, sky))['loss_share']) \
        == pytest.approx(0.25, abs=1e-3)
    light = losses(right._replace(airlight=torch.full((1, 3), -far)), drawn(transmission, sky))['loss_airlight']
    assert float(light) == pytest.approx(0.3 * 0.8 * 0.375, abs=1e-3)


def test_a_sky_counts_as_far_as_haze_hides_it():
    transmission, sky = torch.tensor([0.2, 1, 0]).view(3, 1, 1, 1).expand(3, 1, 4, 4).clone(), torch.zeros(3, 1, 4, 4)
    sky[:, :, :2] = transmission[:, :, :2]  # the upper half is sky: behind some haze, clear, hidden
    haze = share_of_haze(transmission, sky)
    np.testing.assert_allclose(haze, [0.8, 0, 1], atol=1e-6)
    transmission[1, :, 2:] = 0.5  # and the ground below the clear sky is hazy
    np.testing.assert_allclose(share_of_haze(transmission, sky)[1], 0.5, atol=1e-6)


def test_validation_draws_the_same_weather_each_time():
    network = HazeMapNet(size=(32, 32)).eval()
    scene = dict(inputs=torch.rand(2, 3, 32, 32), mode='predict')
    errors = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        samples = [DataSample(metainfo=dict(img_path=f'scene {number}')) for number in range(2)]
        for sample in samples:
            sample.set_field(torch.full((1, 32, 32), 40.0), 'depth')
        with torch.no_grad():
            errors.append([sample.transmission_error for sample in network(**scene, data_samples=samples)])
    assert errors[0] == errors[1] and 0 < errors[0][0] < 1


def test_the_encoder_pads_as_tensorflow_does():
    """For a stride of 2, three taps and four pixels: the taps begin at the first pixel and end behind the last."""
    conv = SameConv2d(1, 1, 3, stride=2, bias=False)
    conv.weight.data[:] = torch.tensor([[0., 0, 0], [0, 0, 0], [0, 0, 1]])
    row = conv(torch.arange(1., 17).view(1, 1, 4, 4))
    assert row.flatten().tolist() == [11, 0, 0, 0]


def test_published_weights_are_taken_by_their_names(tmp_path: Path):
    published = publish(tmp_path / 'lite0.pth')
    loaded = LiteEncoder(tmp_path / 'lite0.pth').state_dict()
    np.testing.assert_array_equal(loaded['blocks.3.expand_conv.weight'], published['_blocks.3._expand_conv.weight'])
    np.testing.assert_array_equal(loaded['bn0.running_var'], published['_bn0.running_var'])
    torch.save({'head.weight': torch.zeros(1)}, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=r'other\.pth has no weights of EfficientNet-Lite0: it lacks conv_stem'):
        LiteEncoder(tmp_path / 'other.pth')


@pytest.mark.parametrize('given', [True, False])
def test_published_weights_stay_and_random_ones_learn(given, tmp_path: Path):
    publish(tmp_path / 'lite0.pth')
    network = HazeMapNet(encoder_weights=tmp_path / 'lite0.pth' if given else None).train()
    before = {name: weight.clone() for name, weight in network.encoder.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters(), 1e-2)
    true = drawn(torch.rand(2, 1, 32, 32), torch.zeros(2, 1, 32, 32, dtype=torch.bool))
    sum(losses(network.see(torch.rand(2, 3, 32, 32)), true).values()).backward()
    optimizer.step()
    stayed = [torch.equal(weight, before[name]) for name, weight in network.encoder.state_dict().items()]
    assert all(stayed) if given else not any(stayed)


def test_features_halve_four_times():
    features = LiteEncoder().eval()(torch.rand(1, 3, 64, 96))
    assert [tuple(each.shape[1:]) for each in features] == [
        (channels, 64 >> step, 96 >> step) for step, channels in enumerate(CHANNELS, 1)]


def test_what_cannot_be_halved_is_refused():
    with DefaultScope.overwrite_default_scope('mmpretrain'), pytest.raises(ValueError, match='multiples of 16'):
        HazeMapNet(size=(100, 160))

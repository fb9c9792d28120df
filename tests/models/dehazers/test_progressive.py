from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmhaze.models import AODNet, GUNet, ProgressiveDehazer, ScatteringNet
from mmhaze.physics import add_haze, remove_haze, transmission

TINY = dict(type='GUNet', arch=(1, 1, 1), width=8)


def photos(seed: int = 0) -> torch.Tensor:
    return torch.rand(2, 3, 24, 32, generator=torch.Generator().manual_seed(seed))


def samples(clear: torch.Tensor) -> list[DataSample]:
    made = [DataSample() for _ in clear]
    for sample, photo in zip(made, clear):
        sample.set_field(photo, 'clear')
    return made


def test_the_scattering_model_undoes_synthetic_haze_given_transmission_and_airlight():
    rng = np.random.default_rng(0)
    clear, depth = rng.random((20, 30, 3)), rng.random((20, 30)) * 100
    hazy = add_haze(clear, depth, 0.02, np.array([0.9, 0.8, 0.7]))
    t = torch.from_numpy(transmission(depth, 0.02))[None, None]
    airlight = torch.tensor([0.9, 0.8, 0.7], dtype=torch.float64).view(1, 3, 1, 1)
    restored = remove_haze(torch.from_numpy(hazy).permute(2, 0, 1)[None], t, airlight)
    np.testing.assert_allclose(restored[0].permute(1, 2, 0), clear, atol=1e-12)


def test_the_pre_restore_module_has_14724_parameters_and_at_first_changes_little():
    network, hazy = ScatteringNet(), photos() * 0.5 + 0.3
    assert sum(weight.numel() for weight in network.parameters()) == 14_724
    t, airlight = network.scattering(hazy)
    assert t.shape == (2, 1, 24, 32) and airlight.shape == (2, 3, 1, 1)
    torch.testing.assert_close(t, torch.full_like(t, 1 / (1 + np.exp(-2))))
    torch.testing.assert_close(airlight, torch.full_like(airlight, 1 / (1 + np.exp(-1.7))))
    torch.testing.assert_close(network(hazy), remove_haze(hazy, t, airlight).clamp(0, 1))
    assert (network(hazy) - hazy).abs().mean() < 0.06


def test_without_a_pre_restore_module_it_is_the_bare_dehazer():
    torch.manual_seed(0)
    framework = ProgressiveDehazer(TINY, prm=None).eval()
    torch.testing.assert_close(framework(photos()), framework.arm(photos()), rtol=0, atol=0)
    loss = framework(photos(), samples(photos(1)), mode='loss')
    assert set(loss) == {'loss_l1'}


@pytest.mark.parametrize('fuse', ['concat', 'replace'])
def test_at_first_both_fusions_show_the_pre_restored_photo_to_the_dehazer(fuse):
    torch.manual_seed(0)
    framework, hazy = ProgressiveDehazer(TINY, prm=dict(type='AODNet'), fuse=fuse).eval(), photos()
    torch.testing.assert_close(framework(hazy), framework.arm(framework.prm(hazy)), atol=1e-6, rtol=1e-5)


def test_what_concat_learns_mixes_the_hazy_photo_in():
    framework, hazy = ProgressiveDehazer(TINY, prm=dict(type='AODNet')).eval(), photos()
    with torch.no_grad():
        framework.fuse.weight.copy_(torch.cat([torch.zeros(3, 3), torch.eye(3)], 1)[..., None, None])
    torch.testing.assert_close(framework(hazy), framework.arm(hazy), atol=1e-6, rtol=1e-5)


def test_passes_feed_the_result_back_with_the_same_weights():
    torch.manual_seed(0)
    once, hazy = ProgressiveDehazer(TINY).eval(), photos()
    twice = ProgressiveDehazer(TINY, passes=2).eval()
    twice.load_state_dict(once.state_dict())
    torch.testing.assert_close(twice(hazy), once(once(hazy)))
    torch.testing.assert_close(once.restore_in_steps(hazy, passes=2)[1], twice(hazy))
    torch.testing.assert_close(twice.restore_in_steps(hazy)[0], once.prm(hazy))


def test_gradients_reach_both_modules_and_the_fusion():
    torch.manual_seed(0)
    framework = ProgressiveDehazer(TINY, losses=dict(
        l1=dict(type='DehazeL1Loss'), inter=dict(type='InterContrastiveLoss'),
        intra=dict(type='IntraContrastiveLoss', count=2, patches=4)))
    losses = framework(photos(), samples(photos(1)), mode='loss')
    assert set(losses) == {'loss_l1', 'loss_inter', 'loss_intra', 'loss_pre'}
    sum(losses.values()).backward()
    silent = [name for name, weight in framework.named_parameters() if weight.requires_grad and weight.grad is None]
    assert not silent and all(weight.grad is None or weight.grad.isfinite().all() for weight in framework.parameters())
    moved = {name.split('.')[0] for name, weight in framework.named_parameters()
             if weight.grad is not None and weight.grad.abs().sum() > 0}
    assert {'arm', 'prm', 'fuse'} <= moved


def test_the_pre_restore_module_learns_from_its_own_loss_alone_where_that_is_asked_for():
    torch.manual_seed(0)
    framework = ProgressiveDehazer(TINY, detach_prm=True, pre_weight=2.0)
    hazy, clear = photos(), photos(1)
    losses = framework(hazy, samples(clear), mode='loss')
    losses['loss_l1'].backward(retain_graph=True)
    assert all(weight.grad is None for weight in framework.prm.parameters())
    losses['loss_pre'].backward()
    assert framework.prm.airlight.bias.grad.abs().sum() > 0
    expected = 2 * (framework.prm(hazy) - clear).abs().mean()
    torch.testing.assert_close(losses['loss_pre'], expected)


def test_the_dark_channel_prior_comes_before_a_network_and_learns_nothing():
    framework = ProgressiveDehazer(TINY, prm=dict(type='DarkChannelPrior'))
    losses = framework(photos(), samples(photos(1)), mode='loss')
    assert 'loss_pre' not in losses
    losses['loss_l1'].backward()


def test_it_can_be_any_dehazers_pre_restore_module():
    framework = ProgressiveDehazer(dict(type='AODNet'), prm=dict(type='ProgressiveDehazer', arm=TINY))
    assert framework(photos()).shape == photos().shape
    assert isinstance(framework.arm, AODNet) and isinstance(framework.prm.arm, GUNet)


@pytest.mark.parametrize('settings', [dict(fuse='sum'), dict(passes=0)])
def test_wrong_settings_are_refused(settings):
    with pytest.raises(ValueError, match='fuse is one of concat, replace and passes at least 1'):
        ProgressiveDehazer(TINY, **settings)

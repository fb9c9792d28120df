from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchvision
from mmengine.logging import MessageHub
from torch import nn

from mmhaze.models import (
    ContrastRegularization,
    InterContrastiveLoss,
    IntraContrastiveLoss,
    TinyExtractor,
    TorchvisionExtractor,
)
from mmhaze.models.losses import intra_contrast
from mmhaze.models.losses.intra_contrast import cut_patches, extreme_patches, patch_contrast
from mmhaze.ucm import segment_haze


def photos(seed: int = 0, size: int = 32) -> torch.Tensor:
    return torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(seed))


def test_the_inter_loss_is_0_at_the_clear_photo_and_the_sum_of_weights_at_the_hazy_one():
    loss = InterContrastiveLoss(loss_weight=1.0)
    assert loss(photos(), photos(), photos(1)).item() == 0
    assert loss(photos(1), photos(), photos(1)).item() == pytest.approx(1.75, abs=1e-5)
    weighed = InterContrastiveLoss(weights=[1, 2, 3])
    assert weighed(photos(1), photos(), photos(1)).item() == pytest.approx(0.6, abs=1e-5)


@pytest.mark.parametrize('bounded', [True, False])
def test_the_inter_loss_is_its_formula(bounded):
    loss = InterContrastiveLoss(bounded=bounded, loss_weight=0.5)
    dehazed, clear, hazy, pre = (photos(seed) for seed in range(4))
    phi = TinyExtractor()
    expected = 0
    for weight, a, p, h, q in zip((0.25, 0.5, 1), *(phi(each) for each in (dehazed, clear, hazy, pre))):
        near, far = (a - p).abs().mean(), ((a - h).abs().mean() + (a - q).abs().mean()) / 2
        expected += weight * (near / (near + far) if bounded else near / far)
    torch.testing.assert_close(loss(dehazed, clear, hazy, pre), 0.5 * expected)
    assert loss(dehazed, clear, hazy) != loss(dehazed, clear, hazy, pre)
    assert InterContrastiveLoss(bounded=bounded, loss_weight=0.5, use_pre=False)(dehazed, clear, hazy, pre) == \
        loss(dehazed, clear, hazy)


def test_the_released_regularisation_explodes_where_nothing_changes_and_the_corrected_one_does_not():
    dehazed, clear, hazy = photos(1), photos(), photos(1)
    assert ContrastRegularization(loss_weight=1.0)(dehazed, clear, hazy) > 1e5
    assert ContrastRegularization(bounded=True, loss_weight=1.0)(dehazed, clear, hazy).item() == pytest.approx(1.75)
    pre = ContrastRegularization()(photos(2), clear, hazy, photos(3))
    assert pre == ContrastRegularization()(photos(2), clear, hazy)


def test_weights_are_one_for_each_feature():
    with pytest.raises(ValueError, match='each of the 3 features, got 2'):
        InterContrastiveLoss(weights=[1, 2])(photos(), photos(), photos(1))


def test_the_brightest_and_darkest_patches_are_painted_squares():
    images = torch.full((2, 3, 33, 40), 0.5)  # the last row is left over
    images[0, :, 8:16, 24:32] = 1
    images[0, :, 0:8, 0:8] = torch.tensor([0.9, 0.9, 0.9]).view(3, 1, 1)
    images[0, :, 24:32, 8:16] = 0
    images[1, :, 8:16, :8] = 0.2
    images[1, :, :8, :8] = torch.tensor([0.0, 0.0, 1.0]).view(3, 1, 1)  # blue is darker than a dark grey
    images[1, :, 16:24, 32:40] = 0.8
    bright, dark = extreme_patches(images, 8, 2)
    assert bright[0].tolist() == [8, 0] and dark[0, 0] == 16
    assert dark[1, 0] == 0 and bright[1, 0] == 14
    patches = cut_patches(images, 8, torch.stack([bright[:, 0], dark[:, 0]], 1))
    assert patches.shape == (2, 2, 3, 8, 8)
    assert (patches[0, 0] == 1).all() and (patches[0, 1] == 0).all() and (patches[1, 0] == 0.8).all()


def test_patches_are_cut_where_they_lie():
    images = photos(0, 35)
    patches = cut_patches(images, 8, torch.tensor([[0, 7], [13, 2]]))
    torch.testing.assert_close(patches[0, 1], images[0, :, 8:16, 24:32])
    torch.testing.assert_close(patches[1], torch.stack([images[1, :, 24:32, 8:16], images[1, :, 0:8, 16:24]]))


def test_the_intra_loss_is_its_formula():
    generator = torch.Generator().manual_seed(0)
    anchor, positive, hazy = (F.normalize(torch.randn(2, 6, 5, generator=generator), dim=-1) for _ in range(3))
    expected = []
    for n in range(2):
        for u in range(6):
            scores = [anchor[n, u] @ positive[n, u], anchor[n, u] @ hazy[n, u]]
            scores += [anchor[n, u] @ positive[n, v] for v in (range(3, 6) if u < 3 else range(3))]
            powers = np.exp(np.array([score.item() for score in scores]) / 0.1)
            expected.append(-np.log(powers[0] / powers.sum()))
    assert patch_contrast(anchor, positive, hazy, 0.1).item() == pytest.approx(np.mean(expected), rel=1e-5)


def test_the_intra_loss_does_not_mind_the_order_of_patches_and_prefers_each_in_its_place():
    generator = torch.Generator().manual_seed(0)
    positive, hazy = (F.normalize(torch.randn(1, 6, 5, generator=generator), dim=-1) for _ in range(2))
    order = torch.tensor([2, 0, 1, 5, 3, 4])
    right = patch_contrast(positive, positive, hazy, 0.1)
    torch.testing.assert_close(patch_contrast(positive[:, order], positive[:, order], hazy[:, order], 0.1), right)
    assert right < patch_contrast(positive.roll(3, 1), positive, hazy, 0.1)


def test_a_restored_photo_costs_less_than_a_hazy_one():
    clear = photos(0, 64) * 0.5
    clear[:, :, :16] += 0.5
    hazy = clear * 0.3 + 0.6
    loss = IntraContrastiveLoss(count=2)
    assert loss(clear, clear, hazy) < loss(clear * 0.7 + 0.25, clear, hazy) < loss(hazy, clear, hazy)
    with pytest.raises(ValueError, match='Wanted 40 brightest'):
        IntraContrastiveLoss(count=40)(clear, clear, hazy)
    with pytest.raises(ValueError, match='clear, hazy, mask, haze_map, got'):
        IntraContrastiveLoss(select_on='dehazed')


def test_extremes_are_looked_for_where_it_is_said():
    clear, hazy = photos(0, 64), photos(1, 64)
    losses = [IntraContrastiveLoss(select_on=where)(photos(2, 64), clear, hazy) for where in ('clear', 'hazy', 'mask')]
    assert len({loss.item() for loss in losses}) == 3


def test_the_haze_mask_chooses_patches_and_brightness_among_equals():
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(2, 3, 64, 80, generator=generator) * 0.4  # contrast everywhere but in the haze
    images[0, :, 8:40, 16:56] = 0.8
    images[0, :, 16:24, 24:32] = 0.81
    images[1, :, 32:, 40:] = 0.7
    most, least = extreme_patches(images, 8, 4, by='mask')
    for image, places, haze in ((0, most, True), (0, least, False), (1, most, True), (1, least, False)):
        mask = segment_haze((images[image] * 255).round().byte().numpy().transpose(1, 2, 0)[..., ::-1].copy()).mask
        shares = mask[:64, :80].reshape(8, 8, 10, 8).mean((1, 3)).ravel()
        assert (shares[places[image]] == (1 if haze else 0)).all()
    assert most[0, 0] == 23  # the brightest of many that are all haze
    luma = F.avg_pool2d((images[1:] * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1), 8).flatten()
    mask = segment_haze((images[1] * 255).round().byte().numpy().transpose(1, 2, 0)[..., ::-1].copy()).mask
    clear = mask[:64, :80].reshape(8, 8, 10, 8).mean((1, 3)).ravel() == 0
    assert least[1, 0] == min(np.flatnonzero(clear), key=lambda place: luma[place])


def test_the_haze_map_chooses_patches(monkeypatch):
    """A network that sees haze where blue is high: 8 of 80 patches, and the brightest of them first."""
    monkeypatch.setattr(intra_contrast, 'estimate_haze',
                        lambda img: SimpleNamespace(transmission=1 - img[..., 0].astype(np.float32) / 255))
    images = torch.zeros(1, 3, 64, 80)
    images[:, 2, :8, :64] = 0.5
    images[:, 1, :8, 8:16] = 0.5
    images[:, 0, 32:] = 1.0  # bright, and no haze
    most, least = extreme_patches(images, 8, 4, by='haze_map')
    assert most[0, 0] == 1 and set(most[0].tolist()) < set(range(8))
    assert set(least[0].tolist()) < set(range(8, 40))


@pytest.mark.parametrize('kind', [InterContrastiveLoss, ContrastRegularization, IntraContrastiveLoss])
def test_a_loss_sets_in_over_its_warm_up(kind, monkeypatch):
    hub = MessageHub.get_instance('warm-up')
    monkeypatch.setattr(MessageHub, 'get_current_instance', lambda: hub)
    given = photos(1, 64), photos(0, 64), photos(2, 64)
    whole, slow = kind()(*given), kind(warm_up=20)
    assert slow(*given) == whole  # no training is under way
    for step, share in ((0, 0), (5, 0.25), (19, 0.95), (20, 1), (500, 1)):
        hub.update_info('iter', step)
        torch.testing.assert_close(slow(*given), share * whole)
        assert kind()(*given) == whole


def test_a_grid_on_a_photo_that_is_still_hazy_lowers_the_inter_loss_and_on_one_that_is_nearly_clear_raises_it():
    """Why a warm-up is there: half way a ratio of distances rewards whatever lies far from both."""
    clear, hazy = photos(0, 64) * 0.5, photos(0, 64) * 0.15 + 0.6
    grid = 0.05 * (-1)**(torch.arange(64)[:, None] // 2 + torch.arange(64) // 2)
    loss = InterContrastiveLoss()
    early, late = (hazy + share * (clear - hazy) for share in (0.1, 0.9))
    assert loss(early + grid, clear, hazy) < loss(early, clear, hazy)
    assert loss(late + grid, clear, hazy) > loss(late, clear, hazy)


class Holder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.own, self.loss = nn.Linear(2, 2), InterContrastiveLoss()


def test_an_extractor_is_frozen_and_no_part_of_a_checkpoint():
    holder = Holder().train()
    assert not holder.loss.extractor.training and not any(w.requires_grad for w in holder.loss.parameters())
    assert set(holder.state_dict()) == {'own.weight', 'own.bias'}
    assert holder.load_state_dict(holder.state_dict()).missing_keys == []
    with pytest.raises(RuntimeError, match=r'own\.bias'):
        holder.load_state_dict({'own.weight': holder.own.weight})


def test_random_extractors_are_the_same_for_a_seed():
    assert all((a == b).all() for a, b in zip(TinyExtractor()(photos()), TinyExtractor()(photos())))
    assert (TinyExtractor(seed=1)(photos())[0] != TinyExtractor()(photos())[0]).any()
    assert [tuple(each.shape) for each in TinyExtractor()(photos())] == [(2, 16, 16, 16), (2, 32, 8, 8), (2, 64, 4, 4)]


@pytest.mark.slow
@pytest.mark.parametrize('normalize', [True, False])
def test_torchvisions_features_come_from_a_file_of_weights(normalize, tmp_path):
    torch.manual_seed(0)
    network = torchvision.models.resnet18(weights=None)
    network.bn1.running_mean.uniform_(-1, 1)
    torch.save(network.state_dict(), tmp_path / 'resnet18.pth')
    extractor = TorchvisionExtractor('resnet18', ['layer1', 'layer2'], tmp_path / 'resnet18.pth', normalize=normalize)
    extractor.train()
    x = torchvision.transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))(photos()) if normalize else \
        photos() * 2 - 1
    network.eval()
    first = network.layer1(network.maxpool(network.relu(network.bn1(network.conv1(x)))))
    features = extractor(photos())
    torch.testing.assert_close(features[0], first)
    torch.testing.assert_close(features[1], network.layer2(first))


@pytest.mark.slow
def test_wrong_extractors_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no network 'vgg99'"):
        TorchvisionExtractor('vgg99', ['features'])
    torch.save({'a': torch.zeros(1)}, tmp_path / 'a.pth')
    with pytest.raises(ValueError, match='no weights of resnet18'):
        TorchvisionExtractor('resnet18', ['layer1'], tmp_path / 'a.pth')
    with pytest.raises(FileNotFoundError, match='nowhere'):
        TorchvisionExtractor('resnet18', ['layer1'], 'nowhere.pth')
    with pytest.raises(ValueError, match='layer9'):
        TorchvisionExtractor('resnet18', ['layer9'])

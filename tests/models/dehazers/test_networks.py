"""The published networks: sizes, layers, and the names of published weights."""
from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmhaze.io.photo import read_photo
from mmhaze.models import AODNet, GUNet, MixDehazeNet
from mmhaze.models.dehazers.mix_dehaze_net import MixStructureBlock
from mmhaze.models.dehazers.published import convert_published
from mmhaze.models.dehazers.skip_fusion import SkipFusion
from mmhaze.runtime.checkpoints import load_checkpoint

# some names of published weights, their place here, and their shape, of the smallest variants
PUBLISHED = {
    'MixDehazeNet': (MixDehazeNet, [
        ('patch_embed.proj.weight', 'embed.weight'),
        ('layer1.blocks.0.norm1.running_var', 'stages.0.0.kernels.norm.running_var'),
        ('layer3.blocks.1.conv3_13.weight', 'stages.2.1.kernels.views.1.weight'),
        ('layer1.blocks.0.conv1.weight', 'stages.0.0.kernels.local.0.weight'),
        ('layer1.blocks.0.conv2.weight', 'stages.0.0.kernels.local.1.weight'),
        ('layer4.blocks.0.conv3_19.bias', 'stages.3.0.kernels.views.0.bias'),
        ('layer4.blocks.0.conv3_7.bias', 'stages.3.0.kernels.views.2.bias'),
        ('layer3.blocks.0.norm2.weight', 'stages.2.0.attention.norm.weight'),
        ('layer3.blocks.0.Wv.1.weight', 'stages.2.0.attention.value.1.weight'),
        ('layer3.blocks.0.ca.3.weight', 'stages.2.0.attention.channel.3.weight'),
        ('layer3.blocks.0.pa.2.weight', 'stages.2.0.attention.pixel.2.weight'),
        ('layer5.blocks.0.Wg.1.bias', 'stages.4.0.attention.gate.1.bias'),
        ('layer2.blocks.0.mlp2.2.weight', 'stages.1.0.attention.mix.2.weight'),
        ('layer2.blocks.0.mlp.2.weight', 'stages.1.0.kernels.mix.2.weight'),
        ('patch_merge2.proj.weight', 'downs.1.weight'), ('patch_split1.proj.0.bias', 'ups.0.0.bias'),
        ('skip2.weight', 'skips.1.weight'), ('fusion2.mlp.2.weight', 'fusions.1.weigh.3.weight'),
        ('patch_unembed.proj.0.weight', 'head.weight')]),
    'GUNet': (GUNet, [
        ('inconv.proj.weight', 'embed.weight'), ('layers.3.blocks.3.conv.Wv.1.weight', 'stages.3.3.value.1.weight'),
        ('layers.6.blocks.1.conv.proj.bias', 'stages.6.1.project.bias'),
        ('layers.0.blocks.0.norm.num_batches_tracked', 'stages.0.0.norm.num_batches_tracked'),
        ('downs.2.proj.weight', 'downs.2.weight'), ('ups.1.proj.0.weight', 'ups.1.0.weight'),
        ('skips.0.bias', 'skips.0.bias'), ('fusions.2.mlp.1.weight', 'fusions.2.weigh.1.weight'),
        ('outconv.proj.0.bias', 'head.bias')]),
    'AODNet': (AODNet, [('e_conv1.weight', 'convs.0.weight'), ('e_conv5.bias', 'convs.4.bias')]),
}


@pytest.mark.parametrize(('build', 'parameters'), [
    (lambda: MixDehazeNet('t'), 1_622_950), (lambda: MixDehazeNet('s'), 3_164_944),
    (lambda: MixDehazeNet('b'), 6_248_932), (lambda: MixDehazeNet('l'), 12_416_908),
    (lambda: GUNet('t'), 844_899), (lambda: GUNet('s'), 1_477_059), (lambda: AODNet(), 1_761)])
def test_it_has_as_many_parameters_as_the_published_one(build, parameters):
    assert sum(weight.numel() for weight in build().parameters()) == parameters


@pytest.mark.parametrize('network', PUBLISHED)
def test_published_names_become_ours(network):
    build, pairs = PUBLISHED[network]
    shapes = build().state_dict()
    weights = {f'module.{name}': torch.full_like(shapes[ours], place) for place, (name, ours) in enumerate(pairs)}
    kind, converted = convert_published(weights)
    assert kind == network and list(converted) == [ours for _, ours in pairs]
    build().load_state_dict(converted, strict=False)
    assert all((weight == place).all() for place, weight in enumerate(converted.values()))


def test_weights_of_other_networks_are_refused():
    with pytest.raises(ValueError, match=r'no published weights of MixDehazeNet, GUNet, AODNet; they begin with fc\.w'):
        convert_published({'fc.weight': torch.zeros(1)})
    with pytest.raises(ValueError, match='look like those of AODNet, but it has no extra'):
        convert_published({'e_conv1.weight': torch.zeros(1), 'e_conv1.bias': torch.zeros(1), 'extra': torch.zeros(1)})


def conv(x: torch.Tensor, layer: torch.nn.Conv2d, pad: int = 0, **settings) -> torch.Tensor:
    return F.conv2d(F.pad(x, (pad,) * 4, 'reflect') if pad else x, layer.weight, layer.bias, **settings)


def test_the_mix_structure_block_is_the_papers_two_halves():
    torch.manual_seed(0)
    block = MixStructureBlock(16).eval()
    kernels, attention = block.kernels, block.attention
    for norm in (kernels.norm, attention.norm):
        norm.running_mean.uniform_(-1, 1)
        norm.running_var.uniform_(0.5, 2)
    x = torch.randn(2, 16, 24, 20)

    def normed(norm, x):
        mean, deviation = norm.running_mean[:, None, None], (norm.running_var[:, None, None] + norm.eps).sqrt()
        return (x - mean) / deviation

    y = conv(conv(normed(kernels.norm, x), kernels.local[0]), kernels.local[1], 2)
    views = [conv(y, view, pad, groups=16, dilation=3) for view, pad in zip(kernels.views, (9, 6, 3))]
    half = x + conv(F.gelu(conv(torch.cat(views, 1), kernels.mix[0])), kernels.mix[2])
    y = normed(attention.norm, half)
    pooled = y.mean((2, 3), keepdim=True)
    value, gate = conv(conv(y, attention.value[0]), attention.value[1], 1, groups=16), conv(pooled, attention.gate[1])
    simple = value * gate.sigmoid()
    channel = conv(F.gelu(conv(pooled, attention.channel[1])), attention.channel[3]).sigmoid() * y
    pixel = conv(F.gelu(conv(y, attention.pixel[0])), attention.pixel[2]).sigmoid() * y
    expected = half + conv(F.gelu(conv(torch.cat([simple, channel, pixel], 1), attention.mix[0])), attention.mix[2])
    torch.testing.assert_close(block(x), expected, atol=1e-5, rtol=1e-5)


def test_fusion_weighs_two_features_channel_by_channel():
    torch.manual_seed(0)
    fusion = SkipFusion(16)
    first, second = torch.randn(2, 2, 16, 5, 6).unbind()
    fused = fusion(first, second)
    share = ((fused - second) / (first - second)).mean((2, 3))
    assert ((share > 0) & (share < 1)).all() and share.std() > 1e-3
    torch.testing.assert_close(share[..., None, None] * first + (1 - share)[..., None, None] * second, fused,
                               atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(fusion(first, first), first)


def test_mix_dehaze_net_goes_down_twice_and_adds_what_came_up_to_each_fusion():
    torch.manual_seed(0)
    net = MixDehazeNet((1, 1, 1, 1, 1), widths=(8, 16, 32)).eval()
    hazy = torch.rand(1, 3, 40, 48) * 2 - 1
    full = net.stages[0](conv(hazy, net.embed, 1))
    half = net.stages[1](conv(full, net.downs[0], 1, stride=2))
    up = F.pixel_shuffle(conv(net.stages[2](conv(half, net.downs[1], 1, stride=2)), net.ups[0][0]), 2)
    up = F.pixel_shuffle(conv(net.stages[3](up + net.fusions[0](up, conv(half, net.skips[1]))), net.ups[1][0]), 2)
    k, b = conv(net.stages[4](up + net.fusions[1](up, conv(full, net.skips[0]))), net.head, 1).split((1, 3), 1)
    torch.testing.assert_close(net.restore(hazy), k * hazy - b + hazy, atol=1e-5, rtol=1e-5)


def test_the_mix_head_is_k_x_minus_b_plus_x():
    network = MixDehazeNet((1, 1, 1, 1, 1), widths=(8, 8, 8)).eval()
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.copy_(torch.tensor([0.5, 0.1, 0.2, 0.3]))
    x = torch.rand(1, 3, 40, 40) * 2 - 1
    torch.testing.assert_close(network.restore(x), 1.5 * x - torch.tensor([0.1, 0.2, 0.3])[:, None, None])


def test_gunet_adds_its_result_to_the_photo():
    network = GUNet().eval()
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.copy_(torch.tensor([0.1, 0.2, 0.3]))
    x = torch.rand(1, 3, 24, 32) * 2 - 1
    torch.testing.assert_close(network.restore(x), x + torch.tensor([0.1, 0.2, 0.3])[:, None, None])


@pytest.mark.slow
def test_published_aod_net_takes_haze_away(shared_data):
    """On the real pairs it gains several dB; its authors' test gives 19 dB on all of that set."""
    kind, weights = convert_published(load_checkpoint(shared_data / 'weights/aodnet/dehazer.pth'))
    assert kind == 'AODNet'
    network = AODNet().eval()
    network.load_state_dict(weights)
    before, after = [], []
    for path in sorted((shared_data / 'sots_indoor/hazy').glob('*.png'))[:6]:
        hazy, clear = (torch.from_numpy(read_photo(each)[..., ::-1].copy()).permute(2, 0, 1)[None] / 255
                       for each in (path, shared_data / 'sots_indoor/gt' / f'{path.stem.split("_")[0]}.png'))
        with torch.inference_mode():
            for scores, image in ((before, hazy), (after, network(hazy).clamp(0, 1))):
                scores.append(-10 * np.log10(float((image - clear).square().mean())))
    assert np.mean(after) > np.mean(before) + 4 and np.mean(after) > 17

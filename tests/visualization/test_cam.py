from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import default_collate

from mmhaze.models.trained import LevelModel
from mmhaze.ucm import haze_filter, haze_segment, segment_haze
from mmhaze.visualization.cam import level_cams, overlay_heat
from tests.ucm.photos import wall
from tests.visualization.networks import chance_model, corner_model

pytest.importorskip('pytorch_grad_cam')
LENET, FE, IA = 'lenet5_hazel-level', 'magnet-fe-s_lenet5_hazel-level', 'magnet-ia-f_lenet5_hazel-level'
NC, NIN = 'magnet-nc-s_lenet5_hazel-level', 'cnn_hazel-level'
SHARED = """
_base_ = '{base}'
model = dict(backbone=dict(share_weights=True))
"""


@pytest.fixture
def photo() -> np.ndarray:
    return cv2.resize(wall(0.05), (160, 120))


def shared_config(folder: Path) -> Path:
    """Feature Enhancement with one encoder for both channels."""
    base = Path(__file__).parents[2] / 'configs' / 'magnet' / f'{FE}.py'
    (folder / 'shared.py').write_text(SHARED.format(base=base))
    return folder / 'shared.py'


def slow_cams(model: LevelModel, img: np.ndarray, level: int, maps_of) -> list[np.ndarray]:
    """Grad-CAM spelt out, over the input of the network: ``maps_of`` gives the maps and what the scores are of them."""
    inputs = model.network.data_preprocessor(default_collate([model.prepare(img, 'it')]))['inputs']
    maps, score_of = maps_of(model.network, inputs)
    maps = [one.detach().requires_grad_() for one in maps]
    gradients = torch.autograd.grad(score_of(maps)[0, level], maps)
    heats = []
    for one, gradient in zip(maps, gradients):
        heat = np.zeros(one.shape[2:], np.float32)
        for channel in range(one.shape[1]):
            weight = gradient[0, channel].mean()
            heat += (weight * one[0, channel]).detach().numpy()
        heat = cv2.resize(heat.clip(0), (64, 64))
        heat -= heat.min()
        heats.append(heat / (heat.max() or 1))
    return heats


def plain_maps(network, inputs):
    return [network.backbone(inputs)[0]], lambda maps: network.head((maps[0].flatten(1),))


def nin_maps(network, inputs):
    return list(network.backbone(inputs)), lambda maps: network.head(network.neck(tuple(maps)))


def fe_maps(network, inputs):
    backbone = network.backbone
    magnifier = backbone.task if backbone.share_weights else backbone.magnifier
    maps = [backbone.task(inputs['task'])[0], magnifier(inputs['magnifier'])[0]]
    return maps, lambda maps: network.head(network.neck(tuple(each.flatten(1) for each in maps)))


def ia_maps(network, inputs):
    return [network.backbone(inputs)[0]], lambda maps: network.head((maps[0].flatten(1),))


def nc_maps(network, inputs):
    return [network.backbone.task(inputs['task'])[0]], lambda maps: network.head((maps[0].flatten(1),))


@pytest.mark.parametrize(('name', 'maps_of', 'channels'), [
    (LENET, plain_maps, ['task']), (NIN, nin_maps, ['task']), (IA, ia_maps, ['task']), (NC, nc_maps, ['task']),
    (FE, fe_maps, ['task', 'magnifier']), ('shared', fe_maps, ['task', 'magnifier'])])
def test_it_is_gradcam_spelt_out(name, maps_of, channels, photo, tmp_path):
    model = chance_model(shared_config(tmp_path) if name == 'shared' else name, tmp_path)
    square, lit = photo[:, 20:140], set()
    for level in (0, 2, 4, 6, 8):
        cams = level_cams(model, square, level=level)
        assert [cam.channel for cam in cams] == channels
        for cam, expected in zip(cams, slow_cams(model, square, level, maps_of)):
            expected = cv2.resize(expected, cam.picture.shape[1::-1])
            np.testing.assert_allclose(cam.heat, expected, atol=2e-4)
            if cam.heat.max() > 0.9:
                lit.add(cam.channel)
    assert lit == {*channels}


def test_only_what_the_score_depends_on_lights_up(tmp_path):
    model = corner_model(tmp_path)
    wide = np.full((200, 400, 3), 250, np.uint8)
    cam, = level_cams(model, wide, level=2)
    assert cam.box == (100, 0, 300, 200)  # the middle, which is all that the network is shown
    assert cam.picture.shape == (200, 200, 3)
    assert cam.heat[:12, :12].min() > 0.9
    assert not cam.heat[50:].any() and not cam.heat[:, 50:].any()
    # for level 1 nothing counts, against level 0 the corner does
    for level in (0, 1):
        assert not level_cams(model, wide, level=level)[0].heat.any()


def test_network_constraint_has_no_map_of_a_magnifier_that_it_does_not_look_at(photo, tmp_path):
    configs = Path(__file__).parents[2] / 'configs'
    config = tmp_path / 'nc.py'
    config.write_text(f"_base_ = ['{configs}/_base_/models/magnet-nc_lenet5.py', "
                      f"'{configs}/_base_/datasets/hazel-level_segment.py']")
    model = chance_model(config, tmp_path)
    assert 'magnifier' in model.prepare(photo, 'it')['inputs']
    assert [cam.channel for cam in level_cams(model, photo)] == ['task']


def test_the_level_is_the_predicted_one_unless_it_is_said(tmp_path):
    model = corner_model(tmp_path)
    bright = np.full((64, 64, 3), 255, np.uint8)
    assert model.predict([model.prepare(bright, 'it')])[0].argmax() == 2
    np.testing.assert_array_equal(level_cams(model, bright)[0].heat, level_cams(model, bright, level=2)[0].heat)
    for level in (-1, 3):
        with pytest.raises(ValueError, match=f'0 to 2, got {level}'):
            level_cams(model, bright, level=level)


@pytest.mark.parametrize(('name', 'map_of'), [(FE, haze_segment), ('magnet-fe-f_lenet5_hazel-level', haze_filter)])
def test_each_channel_has_the_picture_that_it_sees(name, map_of, tmp_path):
    photo = wall(0.05)  # 240 x 320, haze on the right
    regions = segment_haze(photo, min_box=64)
    task, magnifier = level_cams(chance_model(name, tmp_path), photo)
    assert task.box == (40, 0, 280, 240)
    np.testing.assert_array_equal(task.picture, photo[:, 40:280])
    shown = map_of(photo, regions)
    height, width = shown.shape[:2]
    side = min(height, width)
    x0, y0, x1, y1 = magnifier.box
    assert (x1 - x0, y1 - y0) == pytest.approx((side, side), abs=side / 64)  # a pixel of the network's
    left, top = (regions.box[0], regions.box[1]) if map_of is haze_segment else (0, 0)
    np.testing.assert_array_equal(magnifier.picture, shown[y0 - top:y1 - top, x0 - left:x1 - left])
    assert (x0 + x1) / 2 == pytest.approx(left + width / 2, abs=1)


def test_channels_that_are_cut_apart_are_followed_apart(tmp_path):
    config = tmp_path / 'apart.py'
    config.write_text(f"""
_base_ = '{Path(__file__).parents[2]}/configs/magnet/{FE}.py'
test_dataloader = dict(dataset=dict(prepare=[
    dict(type='LoadPhoto'), dict(type='UCM', maps=['haze_segment'], min_box=64),
    dict(type='TransformBroadcaster', mapping=dict(img=['haze_segment']), auto_remap=True, transforms=[
        dict(type='CenterCrop', crop_size=64)]),
    dict(type='Resize', scale=(64, 64))]))
""")
    photo = wall(0.05)
    task, magnifier = level_cams(chance_model(config, tmp_path), photo)
    assert task.box == (0, 0, 320, 240)
    np.testing.assert_array_equal(task.picture, photo)
    x0, y0, x1, y1 = magnifier.box
    assert (x1 - x0, y1 - y0) == pytest.approx((64, 64), abs=1)
    left, top, right, bottom = segment_haze(photo, min_box=64).box
    assert (x0 + x1, y0 + y1) == pytest.approx((left + right, top + bottom), abs=2)


def test_a_step_that_cannot_be_followed_gives_the_input_of_the_network(photo, tmp_path):
    model = corner_model(tmp_path)
    model.steps.insert(-1, dict(type='Pad', size=(80, 80)))
    cam, = level_cams(model, photo)
    assert cam.box is None
    np.testing.assert_array_equal(
        cam.picture, model.prepare(photo, 'it')['inputs'].permute(1, 2, 0).numpy())


@pytest.mark.parametrize('size', [(1, 1), (1, 300), (300, 2), (33, 70)])
@pytest.mark.parametrize('name', [LENET, FE, IA, NC])
def test_odd_photos_have_a_map(name, size, tmp_path):
    for cam in level_cams(chance_model(name, tmp_path), np.full((*size, 3), 200, np.uint8)):
        assert cam.heat.shape == cam.picture.shape[:2]
        assert cam.picture.size and np.isfinite(cam.heat).all()
        assert cam.heat.min() >= 0 and cam.heat.max() <= 1
        assert overlay_heat(cam.picture, cam.heat).shape == cam.picture.shape


def test_the_network_is_left_as_it_was(photo, tmp_path):
    model = chance_model(shared_config(tmp_path), tmp_path)
    before = {name: value.clone() for name, value in model.network.state_dict().items()}
    scores = model.predict([model.prepare(photo, 'it')])
    with torch.inference_mode():  # in which a caller may be
        level_cams(model, photo)
    assert model.network.state_dict().keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in model.network.state_dict().items())
    assert all(weight.grad is None and weight.requires_grad for weight in model.network.parameters())
    assert not any(module._forward_hooks for module in model.network.modules())
    np.testing.assert_array_equal(model.predict([model.prepare(photo, 'it')]), scores)


def test_a_layer_can_be_named(photo, tmp_path):
    model = chance_model('resnet18_demo', tmp_path)
    heats = {layer: level_cams(model, photo, layer=layer)[0].heat for layer in (None, 'layer4', 'layer2')}
    np.testing.assert_array_equal(heats[None], heats['layer4'])
    assert np.abs(heats['layer2'] - heats['layer4']).max() > 0.1
    with pytest.raises(ValueError, match=r"no layer 'layer9'.* conv1, .*layer4"):
        level_cams(model, photo, layer='layer9')
    with pytest.raises(ValueError, match=r'layer layer1\.0\.relu of ResNet does not'):
        level_cams(model, photo, layer='layer1.0.relu')  # used twice


def test_without_grad_cam_the_error_says_what_to_install(photo, tmp_path, take_away):
    model = corner_model(tmp_path)
    take_away('pytorch_grad_cam')
    with pytest.raises(ImportError, match=r"pip install 'mmhaze\[pictures\]'"):
        level_cams(model, photo)


def test_heat_goes_from_blue_to_red_over_a_picture_that_stays():
    picture = np.full((20, 30, 3), 100, np.uint8)
    heat = np.tile(np.linspace(0, 1, 30, dtype=np.float32), (20, 1))
    overlay = overlay_heat(picture, heat).astype(int)
    blue, _, red = (overlay[..., channel] for channel in range(3))
    assert (blue[:, 2:6] > red[:, 2:6]).all()
    assert (red[:, 24:] > blue[:, 24:]).all()
    assert (picture == 100).all()
    assert np.abs(overlay_heat(picture * 2, heat).astype(int) - overlay - 40).max() <= 1  # 40 % of it shines through
    with pytest.raises(ValueError, match='heat'):
        overlay_heat(picture, heat[:5])

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmcv.transforms import TRANSFORMS, Compose
from mmengine.dataset import default_collate, pseudo_collate
from mmengine.optim import OptimWrapper
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

from tests.ucm.photos import wall

MEAN, STD = [103.53, 116.28, 123.675, 127.5], [57.375, 57.12, 58.395, 127.5]


@pytest.fixture(autouse=True)
def host_scope():
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        yield


def photo() -> dict:
    """Six by four pixels, no two alike, the mask neither symmetric nor a rectangle."""
    mask = np.zeros((4, 6), bool)
    mask[0, 1:5] = mask[1, 4] = mask[3, 0] = True
    return dict(img=np.arange(72, dtype=np.uint8).reshape(4, 6, 3), haze_mask=mask, img_path='a.png', gt_label=1)


def channel(results: dict) -> dict:
    return TRANSFORMS.build(dict(type='HazeChannel'))(results)


def step(**config) -> np.ndarray:
    """The four planes of ``photo`` behind one more step."""
    return TRANSFORMS.build(config)(channel(photo()))['img']


def test_the_fourth_plane_is_255_where_there_is_haze_and_all_else_is_left_alone():
    before, given = photo(), photo()
    results = channel(dict(given))
    assert results['img'].shape == (4, 6, 4) and results['img'].dtype == np.uint8
    np.testing.assert_array_equal(results['img'][..., :3], before['img'])
    np.testing.assert_array_equal(results['img'][..., 3], np.where(before['haze_mask'], 255, 0))
    assert results.keys() == before.keys()
    assert all(results[key] is given[key] for key in ('haze_mask', 'img_path', 'gt_label'))
    np.testing.assert_array_equal(given['img'], before['img'])


def test_behind_ucm_it_carries_ucms_mask():
    img = wall(beta=0.05)
    results = Compose([dict(type='UCM', maps=['haze_mask']), dict(type='mmhaze.HazeChannel')])(dict(img=img.copy()))
    np.testing.assert_array_equal(results['img'], np.dstack([img, results['haze_mask'].astype(np.uint8) * 255]))
    assert 0 < results['haze_mask'].mean() < 1


@pytest.mark.parametrize('changes, message', [
    (dict(haze_mask=None), r"a\.png: HazeChannel wants 'haze_mask'.*\['gt_label', 'img', .*type='UCM'"),
    (dict(img=np.zeros((2, 3, 3), np.uint8)), r'a\.png: .*size of img, \(2, 3\), got \(4, 6\)\. A step between UCM'),
    (dict(img=np.zeros((4, 6, 4), np.uint8)), r'a\.png: .*\(H, W, 3\) uint8 BGR, got \(4, 6, 4\) uint8\. Use it once'),
    (dict(img=np.zeros((4, 6, 3), np.float32)), r'a\.png: .*got \(4, 6, 3\) float32.*before any step that makes'),
    (dict(img=np.zeros((4, 6), np.uint8)), r'a\.png: .*\(H, W, 3\) uint8 BGR, got \(4, 6\) uint8'),
    (dict(haze_mask=np.full((4, 6), 255, np.uint8)), r'a\.png: .*bool, as UCM makes it, got uint8')])
def test_what_it_cannot_take_is_named_with_the_remedy(changes, message):
    results = {key: value for key, value in {**photo(), **changes}.items() if value is not None}
    with pytest.raises(ValueError, match=message):
        channel(results)


def test_resizing_between_ucm_and_it_is_refused():
    steps = [dict(type='UCM'), dict(type='Resize', scale=(64, 64)), dict(type='HazeChannel')]
    with pytest.raises(ValueError, match='put it after HazeChannel'):
        Compose(steps)(dict(img=wall(beta=0.05)))


def test_the_hosts_geometry_moves_the_mask_with_the_photo():
    planes = channel(photo())['img']
    np.testing.assert_array_equal(step(type='RandomFlip', prob=1.0), planes[:, ::-1])
    np.testing.assert_array_equal(step(type='CenterCrop', crop_size=(4, 2)), planes[1:3, 1:5])
    np.testing.assert_array_equal(step(type='Resize', scale=(12, 8), interpolation='nearest'),
                                  planes.repeat(2, 0).repeat(2, 1))
    padded = step(type='Pad', size=(7, 4), pad_val=dict(img=(1, 2, 3, 0)))
    np.testing.assert_array_equal(padded[:, :6], planes)
    assert padded[:, 6].tolist() == [[1, 2, 3, 0]] * 4


def test_resizing_by_opencv_keeps_the_photo_and_by_pillow_blackens_what_is_not_haze():
    """The trap that the docstring warns of: should it be gone, the warning can go, too."""
    img = np.full((40, 40, 3), 200, np.uint8)
    for backend, brightness in dict(cv2=200, pillow=0).items():
        resize = TRANSFORMS.build(dict(type='Resize', scale=(20, 20), backend=backend))
        planes = resize(channel(dict(img=img, haze_mask=np.zeros((40, 40), bool))))['img']
        assert (planes[..., :3] == brightness).all()


@pytest.mark.parametrize('to_rgb', [False, True])
@pytest.mark.parametrize('collate', [default_collate, pseudo_collate])
def test_the_hosts_preprocessor_takes_four_statistics_in_the_order_of_the_planes(collate, to_rgb):
    pack = TRANSFORMS.build(dict(type='PackInputs'))
    batch = collate([pack(channel(photo())), pack(channel(photo()))])
    preprocess = MODELS.build(dict(type='ClsDataPreprocessor', mean=MEAN, std=STD, to_rgb=to_rgb))
    inputs = preprocess(batch)['inputs']
    img, mask = photo()['img'], photo()['haze_mask']
    wanted = [(img[..., i].astype(float) - MEAN[i]) / STD[i] for i in range(3)] + [np.where(mask, 1.0, -1.0)]
    assert inputs.dtype == torch.float32 and inputs.shape == (2, 4, 4, 6)
    for sample in inputs:
        np.testing.assert_allclose(sample.numpy(), wanted, rtol=1e-5, atol=1e-5)


def test_a_network_with_four_input_channels_learns_from_the_mask():
    torch.manual_seed(0)
    model = MODELS.build(dict(
        type='ImageClassifier',
        data_preprocessor=dict(mean=MEAN, std=STD),
        backbone=dict(type='ResNet', depth=18, in_channels=4, base_channels=8, stem_channels=8),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=2, in_channels=64)))
    pipeline = Compose([dict(type='UCM'), dict(type='HazeChannel'), dict(type='Resize', scale=(64, 64)),
                        dict(type='RandomFlip', prob=0.5), dict(type='PackInputs')])
    batch = default_collate([pipeline(dict(img=wall(beta), gt_label=label))
                             for label, beta in enumerate([0.01, 0.05])])
    first = model.backbone.conv1.weight
    assert first.shape[1] == 4
    before = first.detach().clone()
    losses = model.train_step(batch, OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1)))
    assert torch.isfinite(losses['loss']) and losses['loss'] > 0
    assert all((first[:, plane] != before[:, plane]).any() for plane in range(4))
    scores = [sample.pred_score for sample in model.eval().test_step(batch)]
    assert all(score.shape == (2,) and score.sum().item() == pytest.approx(1, abs=1e-5) for score in scores)


def test_weights_of_three_planes_are_taken_but_for_the_first_convolution(tmp_path):
    config = dict(type='ResNet', depth=18, base_channels=8, stem_channels=8)
    trained = MODELS.build(config)
    trained.init_weights()
    torch.save(trained.state_dict(), tmp_path / 'three.pth')
    model = MODELS.build(dict(config, in_channels=4,
                              init_cfg=dict(type='Pretrained', checkpoint=str(tmp_path / 'three.pth'))))
    fresh = model.conv1.weight.detach().clone()
    model.init_weights()
    torch.testing.assert_close(model.conv1.weight, fresh, rtol=0, atol=0)
    torch.testing.assert_close(model.layer4[1].conv2.weight, trained.layer4[1].conv2.weight, rtol=0, atol=0)

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmcv.transforms import TRANSFORMS
from mmengine.dataset import default_collate


def results(**more) -> dict:
    img = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    return dict(img=img, img_path='a.png', gt_label=2, haze_segment=img[:2, :3].copy(), haze_ratio=0.5, **more)


def test_the_photo_becomes_the_task_and_the_map_the_magnifier():
    packed = TRANSFORMS.build(dict(type='PackDualChannel'))(results())
    assert packed['inputs'].keys() == {'task', 'magnifier'}
    np.testing.assert_array_equal(packed['inputs']['task'].numpy(), results()['img'].transpose(2, 0, 1))
    np.testing.assert_array_equal(packed['inputs']['magnifier'].numpy(), results()['haze_segment'].transpose(2, 0, 1))
    sample = packed['data_samples']
    assert sample.gt_label.tolist() == [2] and sample.img_path == 'a.png' and sample.haze_ratio == 0.5


def test_without_a_magnifier_there_is_the_task_alone():
    packed = TRANSFORMS.build(dict(type='PackDualChannel', magnifier=None))(results())
    assert packed['inputs'].keys() == {'task'}


def test_several_maps_are_a_plane_each_in_grey():
    maps = dict(haze_filter=np.full((4, 6, 3), (10, 20, 30), np.uint8),
                haze_transmission=np.full((4, 6, 3), 200, np.uint8))
    names = ['haze_filter', 'haze_transmission']
    packed = TRANSFORMS.build(dict(type='PackDualChannel', magnifier=names))(dict(results(), **maps))
    magnifier = packed['inputs']['magnifier']
    assert magnifier.shape == (3, 4, 6) and magnifier.dtype == torch.uint8
    assert [plane.unique().tolist() for plane in magnifier] == [[round(.114 * 10 + .587 * 20 + .299 * 30)], [200], [0]]


def test_maps_of_two_sizes_and_more_than_three_are_refused():
    maps = dict(haze_filter=np.zeros((4, 6, 3), np.uint8))
    pack = TRANSFORMS.build(dict(type='PackDualChannel', magnifier=['haze_filter', 'haze_segment']))
    with pytest.raises(ValueError, match=r'one size, got \(2, 3, 3\), \(4, 6, 3\)\. Resize and crop'):
        pack(dict(results(), **maps))
    with pytest.raises(ValueError, match='up to 3'):
        TRANSFORMS.build(dict(type='PackDualChannel', magnifier=['haze_filter'] * 4))


def test_the_hosts_collate_stacks_each_channel():
    pack = TRANSFORMS.build(dict(type='PackDualChannel'))
    batch = default_collate([pack(results()), pack(results())])
    assert {name: tuple(channel.shape) for name, channel in batch['inputs'].items()} == dict(
        task=(2, 3, 4, 6), magnifier=(2, 3, 2, 3))
    assert batch['inputs']['task'].dtype == torch.uint8 and len(batch['data_samples']) == 2


def test_a_missing_map_and_an_unknown_name_are_refused():
    with pytest.raises(ValueError, match=r"wants 'haze_filter'.*UCM.*\['haze_filter'\]"):
        TRANSFORMS.build(dict(type='PackDualChannel', magnifier='haze_filter'))(results())
    with pytest.raises(ValueError, match=r"wants 'haze_transmission'.*EstimateTransmission"):
        TRANSFORMS.build(dict(type='PackDualChannel', magnifier='haze_transmission'))(results())
    with pytest.raises(ValueError, match='haze_mask'):
        TRANSFORMS.build(dict(type='PackDualChannel', magnifier='haze_mask'))

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from mmhaze.transforms import LoadPair, PackDehazing, RandomQuarterTurn

RNG = np.random.default_rng(0)
CLEAR = RNG.integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture
def results(tmp_path) -> dict:
    cv2.imwrite(str(tmp_path / 'clear.png'), CLEAR)
    cv2.imwrite(str(tmp_path / 'hazy.png'), CLEAR[1:-1, 1:-1] // 2)
    return dict(img_path=str(tmp_path / 'hazy.png'), clear_path=str(tmp_path / 'clear.png'))


def test_another_size_is_an_error_with_both_files_unless_the_middle_is_asked_for(results):
    with pytest.raises(ValueError, match=r'hazy.png has 62 x 46 pixels and .*clear.png 64 x 48: they are no pair'):
        LoadPair()(dict(results))
    loaded = LoadPair(align='center_crop')(dict(results))
    np.testing.assert_array_equal(loaded['clear'], CLEAR[1:-1, 1:-1])
    np.testing.assert_array_equal(loaded['img'], CLEAR[1:-1, 1:-1] // 2)
    assert loaded['img_shape'] == loaded['ori_shape'] == (46, 62)
    smaller = dict(img_path=results['clear_path'], clear_path=results['img_path'])
    with pytest.raises(ValueError, match='no pair'):
        LoadPair(align='center_crop')(smaller)
    with pytest.raises(ValueError, match="None or 'center_crop', got 'resize'"):
        LoadPair(align='resize')


def test_a_pair_is_packed_and_a_photo_alone_too(results):
    packed = PackDehazing()(LoadPair(align='center_crop')(results))
    assert packed['inputs'].dtype == torch.uint8 and packed['inputs'].shape == (3, 46, 62)
    np.testing.assert_array_equal(packed['data_samples'].clear.permute(1, 2, 0), CLEAR[1:-1, 1:-1])
    assert packed['data_samples'].img_path == results['img_path'] and packed['data_samples'].ori_shape == (46, 62)
    assert 'clear' not in PackDehazing()(dict(img=CLEAR))['data_samples']


def test_all_four_quarter_turns_come():
    results = [RandomQuarterTurn()(dict(img=CLEAR)) for _ in range(60)]
    assert {each['img'].tobytes() for each in results} == {np.rot90(CLEAR, turns).tobytes() for turns in range(4)}
    assert {each['img_shape'] for each in results} == {(48, 64), (64, 48)}

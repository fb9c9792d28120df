from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

from mmhaze.export.masks import find_haze
from mmhaze.synthesis.drawn_photos import draw_photos
from mmhaze.ucm import UcmSettings, segment_haze


def find_each(photos: np.ndarray, **settings: Any) -> None:
    """Compares masks and boxes of (N, H, W, 3) uint8 BGR photos with those of segment_haze."""
    rgb = torch.from_numpy(photos[..., ::-1].copy()).permute(0, 3, 1, 2).int()
    masks, boxes = find_haze(rgb, UcmSettings(**settings))
    for photo, mask, box in zip(photos, masks.numpy(), boxes.tolist()):
        regions = segment_haze(photo, **settings)
        np.testing.assert_array_equal(mask, regions.mask)
        assert tuple(box) == regions.box


@pytest.mark.slow
@pytest.mark.parametrize('settings', [
    dict(), dict(min_box=64), dict(gray_fallback=None), dict(gray_threshold=160.3), dict(gray_threshold=255),
    dict(channel_ratio=1 / 9, denoise_ratio=1 / 3, mask_ratio=1 / 20), dict(channel_ratio=1, denoise_ratio=1),
])
def test_drawn_photos_have_the_masks_and_boxes_of_segment_haze(settings):
    find_each(draw_photos(3, 150, 210), **settings)
    find_each(draw_photos(2, 133, 81), **settings)


@pytest.mark.parametrize('shape', [(1, 1), (1, 90), (71, 2), (50, 50), (97, 160)])
def test_so_has_noise_of_any_size(shape, rng):
    noise = rng.integers(0, 256, (3, *shape, 3), np.uint8)
    find_each(np.stack([cv2.GaussianBlur(photo, (0, 0), 3).reshape(photo.shape) for photo in noise]))


def test_where_there_is_no_haze_the_box_is_the_photo():
    masks, boxes = find_haze(torch.zeros((2, 3, 30, 40), dtype=torch.int32))
    assert not masks.any()
    assert boxes.tolist() == [[0, 0, 40, 30]] * 2


@pytest.mark.slow
def test_real_photos_have_the_masks_of_segment_haze(shared_data):
    files = sorted((shared_data / 'real_hazy').rglob('*.jpg'))[:8]
    assert files
    for file in files:
        img = cv2.imread(str(file))
        find_each(img[None])

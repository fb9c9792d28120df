from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope
from mmpretrain.registry import TRANSFORMS

from mmhaze.export.shrink import shrink


@pytest.mark.parametrize('size', [16, 64])
@pytest.mark.parametrize(('height', 'width'), [
    (1, 1), (64, 64), (64, 65), (3, 90), (90, 3), (201, 97), (192, 272), (480, 641),
])
def test_every_pixel_is_that_of_pillow(height, width, size, rng):
    img = rng.integers(0, 256, (height, width, 3), np.uint8)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        steps = Compose([TRANSFORMS.build(step) for step in (
            dict(type='ResizeEdge', scale=size, edge='short', interpolation='bicubic', backend='pillow'),
            dict(type='CenterCrop', crop_size=size))])
    expected = steps(dict(img=img))['img'].transpose(2, 0, 1)
    box = torch.tensor([[0, 0, width, height]])
    found = shrink(torch.from_numpy(img).permute(2, 0, 1)[None].int(), box, size)
    np.testing.assert_array_equal(found[0].numpy(), expected)


def test_a_box_is_cut_out_first_and_each_photo_has_its_own(rng):
    imgs = torch.from_numpy(rng.integers(0, 256, (2, 3, 120, 150), np.uint8)).int()
    boxes = torch.tensor([[10, 20, 150, 101], [7, 0, 40, 120]])
    found = shrink(imgs, boxes, 32)
    for index, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
        alone = imgs[index:index + 1, :, y0:y1, x0:x1]
        np.testing.assert_array_equal(found[index], shrink(alone, torch.tensor([[0, 0, x1 - x0, y1 - y0]]), 32)[0])

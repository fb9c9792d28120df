from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmhaze.ucm import segment_haze, segment_haze_batch
from mmhaze.ucm.batch import kth_smallest, shorter_side_of_box

from .photos import random_photo, wall

DEVICES = ['cpu', pytest.param('cuda', marks=pytest.mark.skipif(not torch.cuda.is_available(), reason='no GPU'))]


def as_batch(photos: np.ndarray, device: str = 'cpu') -> torch.Tensor:
    """(N, H, W, 3) BGR -> (N, 3, H, W) RGB."""
    return torch.from_numpy(photos[..., ::-1].copy()).permute(0, 3, 1, 2).to(device)


def masks_of_each(photos: np.ndarray, **settings) -> np.ndarray:
    return np.stack([segment_haze(photo, **settings).mask for photo in photos])


@pytest.mark.slow
@given(arrays(np.uint8, array_shapes(min_dims=3, max_dims=3, max_side=20).map(lambda shape: (*shape, 3))),
       st.floats(0.02, 0.4), st.floats(0.02, 0.4), st.floats(0.02, 0.4), st.sampled_from([100.0, None, 30.1]),
       st.sampled_from(['auto', 80.2]), st.sampled_from([0, 5]))
@settings(deadline=None, max_examples=100)
def test_any_batch_has_the_masks_of_its_photos(photos, channel, denoising, masking, fallback, gray, min_box):
    options = dict(channel_ratio=channel, denoise_ratio=denoising, mask_ratio=masking, gray_fallback=fallback,
                   gray_threshold=gray, min_box=min_box)
    masks = segment_haze_batch(as_batch(photos), **options)
    np.testing.assert_array_equal(masks, masks_of_each(photos, **options))


@pytest.mark.parametrize('device', DEVICES)
@pytest.mark.parametrize('shape', [(1, 1), (1, 60), (120, 160), (161, 97), (240, 320)])
def test_photos_that_differ_in_brightness_and_contrast_keep_their_own_thresholds(shape, device, rng):
    photos = np.stack([random_photo(rng, *shape) for _ in range(7)])
    photos[3] //= 4  # the rescue gate is for some of them alone
    photos[4] = 255 - photos[4] // 8
    masks = segment_haze_batch(as_batch(photos, device))
    assert masks.device.type == device
    np.testing.assert_array_equal(masks.cpu(), masks_of_each(photos))


@pytest.mark.parametrize('device', DEVICES)
def test_windows_of_more_votes_than_16_bits_hold(device):
    photos = np.stack([wall(0.05), wall(0.02)])
    masks = segment_haze_batch(as_batch(photos, device), denoise_ratio=0.9)
    np.testing.assert_array_equal(masks.cpu(), masks_of_each(photos, denoise_ratio=0.9))


@pytest.mark.slow
def test_it_is_one_graph_under_torch_compile(rng):
    photos = np.stack([random_photo(rng, 90, 120) for _ in range(3)])
    compiled = torch.compile(segment_haze_batch, fullgraph=True, backend='aot_eager')
    np.testing.assert_array_equal(compiled(as_batch(photos)), masks_of_each(photos))


def test_no_photos_give_no_masks():
    assert segment_haze_batch(torch.zeros(0, 3, 8, 9, dtype=torch.uint8)).shape == (0, 8, 9)


def test_the_batch_is_not_modified(rng):
    imgs = as_batch(np.stack([random_photo(rng, 40, 50)]))
    before = imgs.clone()
    segment_haze_batch(imgs)
    assert torch.equal(imgs, before)


@pytest.mark.parametrize('k', [0, 5, 24, 48])
def test_kth_smallest_is_that_of_a_sort(k, rng):
    values = torch.from_numpy(rng.integers(0, 256, (5, 7, 7), np.uint8))
    assert torch.equal(kth_smallest(values, k).flatten(), values.flatten(1).sort(1).values[:, k])


def test_the_shorter_side_is_that_of_the_smallest_box():
    mask = torch.zeros(2, 9, 12, dtype=torch.bool)
    mask[0, 2, 3] = mask[0, 6, 4] = True
    mask[1, 0, 0] = mask[1, 8, 11] = True
    assert shorter_side_of_box(mask).flatten().tolist() == [2, 9]


@pytest.mark.parametrize('imgs', [torch.zeros(3, 8, 9, dtype=torch.uint8), torch.zeros(2, 4, 8, 9, dtype=torch.uint8),
                                  torch.zeros(2, 3, 8, 9), torch.zeros(2, 3, 0, 9, dtype=torch.uint8), None])
def test_what_is_no_batch_is_refused(imgs):
    with pytest.raises(ValueError, match='segment_haze_batch wants'):
        segment_haze_batch(imgs)


@pytest.mark.parametrize(('setting', 'value'), [('variant', 'released'), ('variant', 'papr'), ('channel_ratio', 0),
                                                ('gray_threshold', 256), ('min_box', -1)])
def test_a_setting_out_of_range_is_refused_by_name(setting, value):
    with pytest.raises(ValueError, match=setting):
        segment_haze_batch(torch.zeros(1, 3, 4, 4, dtype=torch.uint8), **{setting: value})

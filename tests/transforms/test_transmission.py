from __future__ import annotations

import numpy as np
import pytest
from mmcv.transforms import TRANSFORMS

from mmhaze.haze_map import estimate_haze
from mmhaze.physics import add_haze, transmission
from mmhaze.physics.prior import KEPT_HAZE


def estimate(method: str = 'prior', **results) -> dict:
    return TRANSFORMS.build(dict(type='EstimateTransmission', method=method))(results)


def test_it_finds_the_transmission_of_a_scene_that_the_prior_holds_for():
    """A colour with a black channel, three distances, white haze, and sky for the airlight."""
    clear = np.broadcast_to([0.0, 0.5, 0.8], (120, 160, 3))
    depth = np.repeat([1000.0, 60.0, 20.0], [24, 48, 48])[:, None].repeat(160, 1)
    true = transmission(depth, 0.03)
    img = (add_haze(clear, depth, 0.03, 1.0) * 255).round().astype(np.uint8)
    found = estimate(img=img.copy())
    assert found.keys() == {'img', 'haze_transmission'}
    np.testing.assert_array_equal(found['img'], img)
    estimated = found['haze_transmission']
    assert estimated.shape == (120, 160, 3) and estimated.dtype == np.uint8
    assert (estimated == estimated[..., :1]).all()
    inner = slice(96, 120), slice(20, 140)  # away from what is farther
    np.testing.assert_allclose(estimated[inner][..., 0] / 255, 1 - KEPT_HAZE * (1 - true[inner]), atol=0.03)
    assert estimated[:12].min() >= 25 and estimated[:12].max() <= 30  # the least that is said is 0.1


@pytest.mark.parametrize('img', [np.zeros((4, 6), np.uint8), np.zeros((4, 6, 3), np.float32)])
def test_what_is_no_photo_is_named(img):
    with pytest.raises(ValueError, match=r'a\.png: as img EstimateTransmission wanted \(H, W, 3\) uint8 BGR, got'):
        estimate(img=img, img_path='a.png')


def test_the_network_in_the_box_is_another_method_and_there_is_no_third():
    img = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    found = estimate('haze_map', img=img)['haze_transmission']
    np.testing.assert_array_equal(found[..., 1], (estimate_haze(img).transmission * 255).round())
    with pytest.raises(ValueError, match="method is one of prior, haze_map, got 'dcp'"):
        estimate('dcp', img=img)

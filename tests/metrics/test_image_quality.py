from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from scipy.ndimage import convolve1d
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from mmhaze.metrics import DehazeMetric, psnr, ssim
from mmhaze.synthesis.scenes import render_scene


def pair(size: tuple[int, int] = (90, 120)) -> tuple[torch.Tensor, torch.Tensor]:
    """A scene, (1, 3, H, W) float64, and the same with noise and less contrast."""
    scene = cv2.resize(render_scene(3, (90, 120))[0], size[::-1], interpolation=cv2.INTER_CUBIC)
    clear = scene.astype(np.float64).transpose(2, 0, 1)[None] / 255
    noise = np.random.default_rng(0).normal(0, 0.05, clear.shape)
    return torch.from_numpy((clear * 0.7 + 0.2 + noise).clip(0, 1)), torch.from_numpy(clear)


def skimages(image: np.ndarray, clear: np.ndarray, **settings) -> float | tuple:
    return structural_similarity(image, clear, channel_axis=0, data_range=1, gaussian_weights=True, sigma=1.5,
                                 use_sample_covariance=False, **settings)


def test_psnr_is_scikit_images():
    image, clear = pair()
    assert psnr(image, clear).item() == pytest.approx(
        peak_signal_noise_ratio(clear.numpy(), image.numpy(), data_range=1), abs=1e-9)
    assert psnr(clear, clear).item() == float('inf')


def test_full_ssim_is_scikit_images_within_the_photo():
    image, clear = pair()
    assert ssim(image, clear, 'full').item() == pytest.approx(skimages(image[0].numpy(), clear[0].numpy()), abs=1e-6)
    assert ssim(clear, clear, 'full').item() == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize(('size', 'ratio'), [((90, 120), 1), ((384, 500), 2), ((383, 700), 1), ((641, 660), 3)])
def test_dehazeformers_ssim_is_that_of_photos_shrunk_by_averaging(size, ratio):
    image, clear = pair(size)
    def shrink(planes: np.ndarray) -> np.ndarray:  # the bins of adaptive pooling, spelt out
        for axis in (1, 2):
            old, new = planes.shape[axis], size[axis - 1] // ratio
            bins = [np.arange(place * old // new, -(-(place + 1) * old // new)) for place in range(new)]
            planes = np.stack([planes.take(each, axis).mean(axis) for each in bins], axis)
        return planes

    shrunk = [shrink(each[0].numpy()) for each in (image, clear)]
    assert ssim(image, clear, 'dehazeformer').item() == pytest.approx(skimages(*shrunk), abs=1e-6)


def test_ffas_ssim_has_zeros_beyond_the_border():
    image, clear = (each[0].numpy() for each in pair())
    weights = np.exp(-np.arange(-5, 6)**2 / (2 * 1.5**2))
    weights /= weights.sum()

    def blur(planes):
        return convolve1d(convolve1d(planes, weights, axis=1, mode='constant'), weights, axis=2, mode='constant')

    a, b = blur(image), blur(clear)
    va, vb, cov = blur(image**2) - a**2, blur(clear**2) - b**2, blur(image * clear) - a * b
    expected = ((2 * a * b + 1e-4) * (2 * cov + 9e-4) / ((a**2 + b**2 + 1e-4) * (va + vb + 9e-4))).mean()
    found = ssim(*pair(), 'ffa').item()
    assert found == pytest.approx(expected, abs=1e-9)
    assert abs(found - ssim(*pair(), 'full').item()) > 1e-3


def test_each_image_of_a_batch_has_its_own_score():
    image, clear = pair()
    images, clears = torch.cat([image, clear]), torch.cat([clear, clear])
    assert psnr(images, clears).tolist() == [psnr(image, clear).item(), float('inf')]
    assert ssim(images, clears).tolist() == pytest.approx([ssim(image, clear).item(), 1])


def test_the_metric_gives_means_over_photos_of_any_sizes():
    metric, samples = DehazeMetric(protocols=['full', 'ffa']), []
    for size in ((60, 80), (90, 120)):
        dehazed, clear = pair(size)
        samples.append(dict(hazy=(clear * 0.5 + 0.5)[0], dehazed=dehazed[0], clear=clear[0]))
    metric.process({}, samples[:1])
    metric.process({}, samples[1:])
    scores = metric.evaluate(2)
    pairs = [(sample['dehazed'][None], sample['clear'][None]) for sample in samples]
    assert set(scores) == {'dehaze/psnr', 'dehaze/psnr_hazy', 'dehaze/ssim_full', 'dehaze/ssim_ffa'}
    assert scores['dehaze/psnr'] == pytest.approx(np.mean([psnr(*each).item() for each in pairs]))
    assert scores['dehaze/ssim_ffa'] == pytest.approx(np.mean([ssim(*each, 'ffa').item() for each in pairs]))
    assert scores['dehaze/psnr_hazy'] == pytest.approx(
        np.mean([psnr(sample['hazy'][None], sample['clear'][None]).item() for sample in samples]))


@pytest.mark.parametrize(('call', 'says'), [
    (lambda: ssim(*pair(), 'mine'), "one of dehazeformer, full, ffa, got 'mine'"),
    (lambda: ssim(*(each[..., :10, :] for each in pair()), 'full'), 'at least 11 pixels'),
    (lambda: psnr(pair()[0], pair((60, 80))[0]), 'two images of one shape'),
    (lambda: DehazeMetric(protocols=['y']), 'protocols are some of'),
])
def test_what_is_wrong_is_said(call, says):
    with pytest.raises(ValueError, match=says):
        call()

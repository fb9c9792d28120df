"""The network on a processor: as torch has it, without torch."""
from __future__ import annotations

import sys

import numpy as np
import pytest

from mmhaze.haze_map.haze_network import Answers, _load_torch, load_network
from mmhaze.haze_map.weight_files import SAFETENSORS, read_weights
from tests.test_registry import run


@pytest.mark.parametrize(('count', 'height', 'width'), [(1, 192, 256), (3, 256, 192), (1, 32, 1024), (2, 224, 224)])
def test_it_answers_as_torch_does_in_every_size(rng, count, height, width):
    answering = pytest.importorskip('mmhaze.models.haze_map.answering')
    photos = rng.random((count, 3, height, width), np.float32)
    for name, ours, theirs in zip(Answers._fields, load_network()(photos),
                                  answering.load_answering(read_weights(SAFETENSORS), 'cpu')(photos)):
        np.testing.assert_allclose(ours, theirs, atol=1e-3, rtol=1e-3, err_msg=name)
        assert ours.dtype == np.float32


def test_the_maps_have_half_the_size_and_a_photo_its_colour_and_its_doubt():
    answers = load_network()(np.zeros((2, 3, 48, 64), np.float32))
    assert [each.shape for each in answers] == [(2, 1, 24, 32)] * 3 + [(2, 3), (2, 1)]
    assert all(each.min() >= 0 and each.max() <= 1 for each in (answers.transmission, answers.sky, answers.airlight))
    assert all(np.exp(-6.001) < each.min() and each.max() < np.exp(1.001) for each in (answers.spread, answers.doubt))


def test_it_is_loaded_once_a_process():
    assert load_network() is load_network('cpu', 1)


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(ValueError, match='There is no cuda:99 here; wanted cpu'):
        load_network('cuda:99')


def test_a_device_without_torch_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'torch', None)
    with pytest.raises(ImportError, match="device='cuda' wants torch: pip install torch"):
        load_network('cuda')


def test_the_way_of_accelerators_gone_on_the_processor_gives_the_same(rng):
    photos = rng.random((2, 3, 64, 96), np.float32)
    for ours, theirs in zip(_load_torch('cpu')(photos), load_network()(photos)):
        np.testing.assert_allclose(ours, theirs, atol=1e-3, rtol=1e-3)


def test_neither_torch_nor_a_host_is_imported(tmp_path):
    run('import sys, cv2, mmhaze, numpy as np\n'
        f'path = {str(tmp_path / "some.png")!r}\n'
        'cv2.imwrite(path, np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8))\n'
        'found = mmhaze.estimate_haze(path)\n'
        'assert found.transmission.shape == found.sky.shape == found.unsure.shape == (60, 80)\n'
        'heavy = {"torch", "mmengine", "mmcv", "mmpretrain", "matplotlib", "safetensors", "onnx"} & set(sys.modules)\n'
        'assert not heavy, heavy')

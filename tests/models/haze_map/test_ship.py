"""From a checkpoint of a training to the files that come with mmhaze."""
from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.hooks import EMAHook

from mmhaze.haze_map import weight_files
from mmhaze.haze_map.haze_network import Answers
from mmhaze.models import HazeMapNet
from mmhaze.models.haze_map import ship
from mmhaze.models.haze_map.answering import Answering, load_answering

onnx = pytest.importorskip('onnx')
onnxruntime = pytest.importorskip('onnxruntime')


@pytest.fixture(scope='module')
def network() -> HazeMapNet:
    torch.manual_seed(0)
    network = HazeMapNet()
    with torch.no_grad():
        for _ in range(20):  # statistics for its normalisations
            network.see(torch.rand(4, 3, 64, 64))
    return network.eval()


@pytest.fixture(scope='module')
def checkpoint(network, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp('run') / 'iter_1.pth'
    torch.save(dict(state_dict=network.state_dict(), meta=dict(iter=1)), path)
    return path


@pytest.fixture(scope='module')
def shipped(checkpoint) -> Path:
    out = checkpoint.parent / 'out' / 'files'
    ship.main([str(checkpoint), '--out', str(out)])
    return out


def answers_of(network, photos: np.ndarray) -> list[np.ndarray]:
    with torch.inference_mode():
        return [each.numpy() for each in Answering(network)(torch.from_numpy(photos))]


def test_the_table_and_both_files_are_there_small_and_alone(shipped):
    assert sorted(os.listdir(shipped)) == sorted([weight_files.ONNX, weight_files.SAFETENSORS, weight_files.TABLE])
    for name in (weight_files.ONNX, weight_files.SAFETENSORS):
        assert 1e6 < len(weight_files.read_weights(name, shipped)) < 2.5e6
        assert (shipped / name).stat().st_mode & 0o044 == (shipped / weight_files.TABLE).stat().st_mode & 0o044


@pytest.mark.parametrize(('count', 'height', 'width'), [(1, 32, 32), (2, 192, 256), (1, 256, 192), (1, 32, 1024)])
def test_both_files_answer_as_the_network_in_every_size(shipped, network, rng, count, height, width):
    photos = rng.random((count, 3, height, width), np.float32)
    session = onnxruntime.InferenceSession(str(shipped / weight_files.ONNX), providers=['CPUExecutionProvider'])
    by_onnx = session.run(list(Answers._fields), {'photos': photos})
    by_torch = load_answering((shipped / weight_files.SAFETENSORS).read_bytes(), 'cpu')(photos)
    for name, wanted, *found in zip(Answers._fields, answers_of(network, photos), by_onnx, by_torch):
        for each in found:
            np.testing.assert_allclose(each, wanted, atol=1e-3, err_msg=name)


def test_the_graph_pads_within_its_convolutions_and_keeps_large_kernels_in_16_bits(shipped):
    graph = onnx.load(str(shipped / weight_files.ONNX)).graph
    kinds = [node.op_type for node in graph.node]
    assert 'Pad' not in kinds and 'BatchNormalization' not in kinds and kinds.count('Conv') == 49
    kernels = [each for each in graph.initializer if len(each.dims) > 1]
    assert all((each.data_type == onnx.TensorProto.FLOAT16) == (math.prod(each.dims) >= ship.LARGE[0])
               for each in kernels)


def test_of_a_moving_average_the_average_is_shipped(network, tmp_path):
    """As mmengine's hook saves it: swapped."""
    averaged, trained = network.state_dict(), {name: each + 1 for name, each in network.state_dict().items()}
    hook = EMAHook()
    hook.ema_model = torch.nn.Module()
    hook.ema_model.module = network
    state = dict(state_dict=dict(trained), meta=dict(iter=1))
    hook.before_save_checkpoint(None, state)
    torch.save(state, tmp_path / 'iter_1.pth')
    found = ship.load_network(tmp_path / 'iter_1.pth').state_dict()
    assert all(torch.equal(found[name], averaged[name]) for name in averaged)


def test_what_half_precision_changes_too_much_is_kept_whole(checkpoint, monkeypatch, tmp_path):
    monkeypatch.setattr(ship, 'TOLERANCE', 2e-5)
    monkeypatch.setattr(ship, 'LARGE', (ship.LARGE[0], ship.LARGE[-1]))
    differences = ship.ship(checkpoint, tmp_path)
    assert max(differences.values()) < 2e-5
    assert (tmp_path / weight_files.ONNX).stat().st_size > 3e6


def test_small_kernels_keep_their_digits(checkpoint, monkeypatch, tmp_path):
    """Weights that 16 bits cannot hold, as normalisations leave them where a channel hardly varies."""
    state = torch.load(checkpoint, weights_only=True)
    state['state_dict']['encoder.blocks.0.depthwise_conv.weight'] *= 1e-6
    state['state_dict']['encoder.blocks.0.bn1.running_mean'] *= 1e-6
    state['state_dict']['encoder.blocks.0.bn1.running_var'].fill_(1e-12)
    torch.save(state, tmp_path / 'iter_1.pth')
    assert max(ship.ship(tmp_path / 'iter_1.pth', tmp_path / 'out').values()) < ship.TOLERANCE


def test_answers_that_differ_leave_the_files_before(checkpoint, monkeypatch, tmp_path):
    (tmp_path / weight_files.ONNX).write_bytes(b'before')
    monkeypatch.setattr(ship, '_largest_difference', lambda network, answer: float('nan'))
    with pytest.raises(ValueError, match=r'haze_map.onnx is not written: .* differ by nan, wanted at most 0.0005'):
        ship.ship(checkpoint, tmp_path)
    assert os.listdir(tmp_path) == [weight_files.ONNX] and (tmp_path / weight_files.ONNX).read_bytes() == b'before'


@pytest.mark.parametrize(('change', 'said'), [
    (lambda state: state.pop('head.weight'), 'no weights of HazeMapNet: Missing key'),
    (lambda state: state.update({'head.weight': torch.zeros(1)}), 'no weights of HazeMapNet: size mismatch'),
    (lambda state: state['head.bias'].fill_(float('nan')), 'not finite: head.bias'),
])
def test_other_weights_are_refused_by_name(network, tmp_path, change, said):
    state = {name: each.clone() for name, each in network.state_dict().items()}
    change(state)
    torch.save(dict(state_dict=state, meta=dict(iter=1)), tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=f'other.pth has .*{said}'):
        ship.ship(tmp_path / 'other.pth', tmp_path / 'out')
    assert not (tmp_path / 'out').exists()

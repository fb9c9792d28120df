from __future__ import annotations

import re
import types

import pytest
import torch

from mmhaze.apis import DehazeInferencer, HazeInferencer
from mmhaze.io import devices
from mmhaze.io.devices import check_device
from mmhaze.synthesis.depth.network import NetworkDepth

ODD = ['gpu', 'CUDA', 'cdua', 'cuda:', 'cuda:-1', 'cuda:x', 'cuda:99', 'cpu:1', 'xla', 'meta', 99, -1]


@pytest.mark.parametrize('device', [None, 'cpu', 'cpu:0', torch.device('cpu')])
def test_the_processor_is_always_there(device):
    check_device(device)


@pytest.mark.parametrize('device', ODD)
def test_what_is_not_there_is_named_with_what_is(device):
    name = f'cuda:{device}' if isinstance(device, int) else device
    says = rf'^There is no {re.escape(name)} here; wanted cpu( or .*)?, or leave --device out\.$'
    with pytest.raises(ValueError, match=says):
        check_device(device)


@pytest.mark.parametrize('device', ['', ' ', 'cuda: 0'])
def test_a_name_with_blanks_is_quoted(device):
    with pytest.raises(ValueError, match=f'There is no {device!r} here'):
        check_device(device)


def test_of_two_gpus_there_is_no_third(monkeypatch):
    monkeypatch.setattr(devices, 'count_devices', lambda kind: 2 if kind == 'cuda' else 0)
    for device in ('cuda', 'cuda:0', 'cuda:1', 1, torch.device('cuda', 1)):
        check_device(device)
    with pytest.raises(ValueError, match='There is no cuda:2 here; wanted cpu or cuda or cuda:0 or cuda:1, or leave'):
        check_device('cuda:2')
    with pytest.raises(ValueError, match='There is no mps here'):
        check_device('mps')


def test_a_driver_without_a_gpu_is_no_device(monkeypatch):
    monkeypatch.setattr(torch, 'xpu', types.SimpleNamespace(is_available=lambda: False, device_count=lambda: 1),
                        raising=False)
    assert devices.count_devices('xpu') == 0


@pytest.mark.parametrize('make', [
    lambda: HazeInferencer(device='gpu'), lambda: HazeInferencer('nothing', 'gpu', checkpoint='nowhere.pth'),
    lambda: DehazeInferencer(device='gpu'), lambda: DehazeInferencer('nothing', 'gpu'),
    lambda: NetworkDepth('x', 'gpu')])
def test_from_python_a_device_is_looked_for_before_all_else(make):
    with pytest.raises(ValueError, match='There is no gpu here; wanted cpu'):
        make()

from __future__ import annotations

import pytest
import torch
from torch import nn

from mmhaze.io.denormals import zero_denormals

TINY = 1.1754944e-38  # the least normal number of float32


@pytest.mark.parametrize('kind', [torch.float32, torch.bfloat16, torch.float64])
def test_denormal_weights_become_zero_and_all_others_stay(kind):
    least = torch.finfo(kind).tiny
    network = nn.Linear(5, 1, bias=False, dtype=kind)
    network.weight.data[:] = torch.tensor([least / 2, -least / 16, least, -1.5, 0.0], dtype=kind)
    assert zero_denormals(network) == 2
    assert network.weight.tolist() == [[0.0, 0.0, least, -1.5, 0.0]]
    assert zero_denormals(network) == 0


def test_buffers_are_looked_at_and_float16_is_not():
    network = nn.BatchNorm1d(3)
    network.running_mean[:] = torch.tensor([TINY / 2, 0.5, -TINY / 8])
    network.register_buffer('stored', torch.tensor([1e-6], dtype=torch.float16))
    assert zero_denormals(network) == 2
    assert network.running_mean.tolist() == [0.0, 0.5, 0.0] and network.stored.item() > 0

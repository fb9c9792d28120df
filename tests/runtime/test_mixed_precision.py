from __future__ import annotations

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from torch import nn

from mmhaze.runtime import mixed_precision
from mmhaze.runtime.mixed_precision import Bfloat16OptimWrapper, mix_precision


def two_steps(kind: type[OptimWrapper]) -> tuple[nn.Module, list[torch.dtype]]:
    """A network after two steps, and what its convolution gave on the way."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 4))
    seen: list[torch.dtype] = []
    network[0].register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    wrapper = kind(torch.optim.SGD(network.parameters(), lr=0.1))
    images, levels = torch.rand(16, 3, 8, 8), torch.arange(16) % 4
    for _ in range(2):
        with wrapper.optim_context(network):
            loss = nn.functional.cross_entropy(network(images), levels)
        assert loss.dtype == torch.float32
        wrapper.update_params(loss)
    return network, seen


def test_the_forward_pass_is_in_bfloat16_and_the_weights_stay_near_those_of_float32():
    (fine, fine_seen), (coarse, coarse_seen) = two_steps(OptimWrapper), two_steps(Bfloat16OptimWrapper)
    assert fine_seen == [torch.float32] * 2 and coarse_seen == [torch.bfloat16] * 2
    for wanted, got in zip(fine.parameters(), coarse.parameters()):
        assert got.dtype == torch.float32 and not torch.equal(got, wanted)
        # two gradients of 8 digits, at 0.1
        torch.testing.assert_close(got, wanted, rtol=0, atol=0.1 * 2 * 2**-8)


@pytest.mark.parametrize('device, kind, precision', [('cpu', 'Bfloat16OptimWrapper', 'bfloat16'),
                                                     ('cuda', 'AmpOptimWrapper', 'float16')])
def test_the_device_decides_which_precision_is_mixed_in(monkeypatch, device, kind, precision):
    monkeypatch.setattr(mixed_precision, 'get_device', lambda: device)
    config = Config(dict(optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-3))))
    assert mix_precision(config) == precision
    assert config.optim_wrapper.type == kind and config.optim_wrapper.optimizer.lr == 1e-3

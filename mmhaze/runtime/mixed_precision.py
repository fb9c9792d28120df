"""Training in fewer digits where these are faster."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.optim import OptimWrapper
from torch import nn

from ..registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class Bfloat16OptimWrapper(OptimWrapper):
    """Convolutions and matrix products of the forward pass, and their gradients, in bfloat16.

    Weights, the optimizer's sums and the host's losses stay float32. The numbers reach as far as those of float32, with
    8 binary digits for 24, so that no loss is scaled, as mmengine's ``AmpOptimWrapper`` does, which needs an
    accelerator. It is faster on processors that multiply in bfloat16 (``avx512_bf16`` or ``amx_bf16`` among the flags
    of an x86 one), and slower on others. Arguments are those of :class:`mmengine.optim.OptimWrapper`.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """The forward pass of a training step."""
        with super().optim_context(model), torch.autocast(next(model.parameters()).device.type, torch.bfloat16):
            yield


def mix_precision(config: Config) -> str:
    """Has a config train in mixed precision: float16 on an accelerator, bfloat16 on a processor; which of them."""
    if get_device() == 'cpu':
        config.optim_wrapper.update(type='Bfloat16OptimWrapper')
        return 'bfloat16'
    config.optim_wrapper.update(type='AmpOptimWrapper', loss_scale='dynamic')
    return 'float16'

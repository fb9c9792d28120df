"""Which devices of torch this machine has."""
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# what torch has modules of; this machine, or its build of torch, may lack any of them
ACCELERATORS = ('cuda', 'mps', 'xpu', 'npu', 'mlu', 'musa')


def check_device(device: str | int | torch.device | None) -> None:
    """Makes sure that a device is here, before anything is loaded for it or written.

    Args:
        device: as torch names it, such as ``'cpu'``, ``'cuda:0'`` or 0, which is ``'cuda:0'``; None, for the default
            one, always is.

    Raises:
        ImportError: it wants torch, which is not installed.
        ValueError: there is no such device here, or its name is misspelt.
    """
    if device is None or str(device) in ('cpu', 'cpu:0'):  # these need no torch, and that takes seconds to import
        return
    try:
        import_module('torch')
    except ImportError as error:
        raise ImportError(f"device={str(device)!r} wants torch: pip install torch, or say device='cpu', which does "
                          'without it.') from error
    name = f'cuda:{device}' if isinstance(device, int) else str(device)
    here = [kind for kind in ACCELERATORS if count_devices(kind)]
    here += [f'{kind}:{number}' for kind in here for number in range(count_devices(kind))]
    if name not in here:
        shown = name if [name] == name.split() else repr(name)
        raise ValueError(f'There is no {shown} here; wanted {" or ".join(["cpu", *here])}, or leave --device out.')


def count_devices(kind: str) -> int:
    """How many accelerators of a kind, such as ``'cuda'``, this machine has."""
    import torch
    if kind == 'mps':
        return int(torch.backends.mps.is_available())
    module = getattr(torch, kind, None)
    return module.device_count() if module is not None and module.is_available() else 0

"""What the released host needs on today's torch and NumPy, each with its reason and how to know when it can go."""
from __future__ import annotations

import ast
import functools
import importlib
import pickle
import warnings
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.utils import digit_version

# module: (at least, below). The host asserts some of these itself, in words that do not say what to do.
HOSTS = dict(mmengine=('0.10.4', '0.11.0'), mmcv=('2.0.0', '2.4.0'), mmpretrain=('1.2.0', '2.0.0'))

# what mmpretrain's BLIP imports from transformers.modeling_utils, which had imported it from elsewhere
TAKEN_FROM_TRANSFORMERS = ('apply_chunking_to_forward', 'find_pruneable_heads_and_indices', 'prune_linear_layer')


def prepare_hosts() -> None:
    """Everything below, in its order: the versions first, and safe reading before any checkpoint is read."""
    check_hosts()
    import_models_quietly()
    allow_training_checkpoints()
    check_downloads()


def check_hosts() -> None:
    """Raises an ImportError that says what to install where a host is missing or of a version that does not fit.

    Versions are read from the modules: forks and mmcv-lite keep the module's name and change the distribution's.
    """
    if digit_version(torch.__version__) < digit_version('2.3') and np.lib.NumpyVersion(np.__version__) >= '2.0.0':
        raise ImportError(f'torch {torch.__version__} was built for NumPy 1 and does not work with NumPy '
                          f'{np.__version__}: pip install "numpy<2" "opencv-python<4.12", or a newer torch.')
    for name, (lowest, below) in HOSTS.items():
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            install = 'mmcv-lite" or "mmcv' if name == 'mmcv' else name
            raise ImportError(f'mmhaze needs {name}: pip install "{install}".') from error
        if not digit_version(lowest) <= digit_version(module.__version__) < digit_version(below):
            raise ImportError(f'mmhaze works with {name} {lowest} or newer, below {below}, got {module.__version__}: '
                              f'pip install "{name}>={lowest},<{below}".')


def leave_out_broken_multimodal() -> None:
    """Lets mmpretrain be imported beside a transformers that its multimodal models do not fit.

    mmpretrain imports them wherever pycocotools and transformers lie, and takes from transformers what newer ones no
    longer have there; then ``import mmpretrain.models`` fails as a whole. Left out, each says when it is built that it
    misses its dependencies, as without transformers. Can go once mmpretrain bounds the transformers that it takes.
    """
    dependency: Any = importlib.import_module('mmpretrain.utils.dependency')
    if dependency.WITH_MULTIMODAL:
        source = Path(str(distribution('transformers').locate_file('transformers/modeling_utils.py')))
        names = _names_from_others(source) if source.is_file() else set()
        dependency.WITH_MULTIMODAL = names >= set(TAKEN_FROM_TRANSFORMERS)


def _names_from_others(source: Path) -> set[str]:
    """What a module imports; read, not imported, which takes seconds and beside an older torch may fail."""
    return {alias.name for node in ast.parse(source.read_text(encoding='utf-8')).body
            if isinstance(node, ast.ImportFrom) for alias in node.names}


def import_models_quietly() -> None:
    """Imports mmpretrain's models without the warning that mmcv-lite lacks an operator, which no part of mmhaze needs.

    Can go once mmcv imports its operators when they are first used.
    """
    leave_out_broken_multimodal()
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Fail to import ``MultiScaleDeformableAttention``')
        importlib.import_module('mmpretrain.models')


def torch_checks_checkpoints() -> bool:
    """Whether ``torch.load`` refuses foreign classes by default, and can be told of the host's one by one."""
    return digit_version(torch.__version__) >= digit_version('2.6')


def allow_training_checkpoints() -> None:
    """Lets ``torch.load(weights_only=True)`` read the checkpoints that mmengine writes while training.

    They hold the logged losses as mmengine's HistoryBuffer, which torch >= 2.6 refuses as foreign, so neither resuming
    nor testing would work. What is allowed here is that class, NumPy arrays and numbers, and a ``getattr`` that yields
    four methods of that class: the whole ``getattr`` would hand ``eval`` to whoever wrote the file. Older torch does
    not check by default, and mistakes a name given with an entry for a class: it is left alone.

    Can go once the host's own loader reads its checkpoints with ``weights_only=True``.
    """
    if not torch_checks_checkpoints():
        return
    from mmengine.logging import HistoryBuffer
    reconstruct, scalar = np.ndarray(0).__reduce__()[0], np.float64(0).__reduce__()[0]
    # a checkpoint names the module that NumPy had when it was written: numpy.core before 2.0, numpy._core since
    functions = [(function, f'numpy.{core}.multiarray.{name}')
                 for core in ('core', '_core')
                 for name, function in (('_reconstruct', reconstruct), ('scalar', scalar))]
    torch.serialization.add_safe_globals([
        HistoryBuffer, np.ndarray, np.dtype, type(np.dtype('f8')), type(np.dtype('i8')),
        (history_method, 'builtins.getattr'), *functions])


def check_downloads() -> None:
    """Lets checkpoints that a config takes from an address be checked as those from disk are.

    The host asks torch.hub for them, which unpickles whatever comes unless it is told otherwise.

    Can go once torch.hub checks by default, or the host asks it to.
    """
    checkpoint: Any = importlib.import_module('mmengine.runner.checkpoint')
    if torch_checks_checkpoints() and not isinstance(checkpoint.load_url, functools.partial):
        checkpoint.load_url = functools.partial(checkpoint.load_url, weights_only=True)


def history_method(owner: Any, name: str) -> Any:
    """The ``getattr`` of a checkpoint: ``min``, ``max``, ``mean``, ``current`` of HistoryBuffer, and no more."""
    from mmengine.logging import HistoryBuffer
    if owner is not HistoryBuffer or name not in ('min', 'max', 'mean', 'current'):
        raise pickle.UnpicklingError(f'The file asks for {name!r} of {owner!r}, which no training checkpoint needs.')
    return getattr(HistoryBuffer, name)

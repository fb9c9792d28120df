from __future__ import annotations

import builtins
import io
import os
import pickle
import sys
from collections import OrderedDict
from typing import Any

import mmcv
import mmengine
import mmpretrain
import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.utils import digit_version
from mmpretrain.utils import dependency

from mmhaze import compat

Unpickler = pytest.importorskip('torch._weights_only_unpickler').Unpickler
HOSTS = dict(mmcv=mmcv, mmengine=mmengine, mmpretrain=mmpretrain)
# older torch takes everything by default, and cannot be told of single classes
checks_content = pytest.mark.skipif(digit_version(torch.__version__) < digit_version('2.6'), reason='torch < 2.6')


class Call:
    """Pickles as the call of a function, which pickle makes when it loads the file; then it sets the state."""

    def __init__(self, function: Any, *args: Any, state: Any = None) -> None:
        self.function, self.args, self.state = function, args, state

    def __reduce__(self) -> tuple:
        return self.function, self.args, self.state

    def __call__(self) -> None:
        raise NotImplementedError  # pickle only wants it to be callable, as the function of another call


def saved(content: Any) -> io.BytesIO:
    file = io.BytesIO()
    torch.save(content, file)
    file.seek(0)
    return file


def load(file: io.BytesIO) -> Any:
    return torch.load(file, map_location='cpu', weights_only=True)


# what mmengine writes while training

@checks_content
def test_a_training_checkpoint_loads_and_holds_what_was_saved(rng):
    losses = HistoryBuffer([0.5, 0.25, 2.0], [1, 1, 2])
    content = dict(
        meta=dict(epoch=3, iter=12, cfg='model = dict()', dataset_meta=dict(classes=('a', 'b'))),
        state_dict=OrderedDict(weight=torch.randn(2, 3)),
        message_hub=dict(log_scalars=OrderedDict({'train/loss': losses}), resumed_keys={'train/loss': True},
                         runtime_info=dict(best=np.float64(0.75), seed=np.int64(2**40), array=rng.random((2, 3)),
                                           counts=np.arange(4))))
    got = load(saved(content))
    assert got['meta'] == content['meta']
    assert torch.equal(got['state_dict']['weight'], content['state_dict']['weight'])
    buffer, info = got['message_hub']['log_scalars']['train/loss'], got['message_hub']['runtime_info']
    assert [array.tolist() for array in buffer.data] == [[0.5, 0.25, 2.0], [1, 1, 2]]
    # the mean is the host's: each number stands for the sum of its count
    assert [buffer.statistics(name) for name in ('min', 'max', 'mean', 'current')] == [0.25, 2.0, 2.75 / 4, 2.0]
    for name, value in content['message_hub']['runtime_info'].items():
        assert type(info[name]) is type(value) and info[name].dtype == value.dtype
        np.testing.assert_array_equal(info[name], value)


@checks_content
def test_numpy_1_and_numpy_2_read_each_others_checkpoints():
    """Both names of NumPy's module are allowed, whichever of them this NumPy writes."""
    data = pickle.dumps([np.arange(3.0), np.float64(4)], protocol=2)
    names = [b'cnumpy._core.', b'cnumpy.core.']
    written, other = names if names[0] in data else names[::-1]
    array, scalar = Unpickler(io.BytesIO(data.replace(written, other))).load()
    assert (array.tolist(), scalar) == ([0, 1, 2], 4) and data.count(written) == 2


# what it must not load

def hostile(flag: str) -> dict[str, Any]:
    """Contents of checkpoints that run a command which makes the file ``flag``, or get hold of what could."""
    command, make = f'touch {flag}', f'__import__("os").mkdir({flag!r})'
    evaluate = Call(getattr, Call(getattr, getattr, '__self__'), 'eval')  # getattr's __self__ is the module builtins
    return {
        'a command': Call(os.system, command),
        'eval': Call(eval, make),
        'getattr to eval': evaluate,
        'getattr to eval, called': Call(evaluate, make),
        'getattr to globals': Call(getattr, Call(getattr, HistoryBuffer, '__init__'), '__globals__'),
        'getattr to another method': Call(getattr, HistoryBuffer, 'update'),
        'getattr of an instance': Call(getattr, Call(HistoryBuffer), 'mean'),
        'setstate with eval': Call(HistoryBuffer, state=dict(statistics_methods=dict(mean=evaluate))),
        'setstate with a command': Call(HistoryBuffer, state=dict(statistics_methods=dict(mean=os.system))),
        'our own function by its name': Call(compat.history_method, HistoryBuffer, 'mean')}


@checks_content
@pytest.mark.parametrize('name', hostile('flag'))
def test_a_checkpoint_that_carries_code_is_refused_and_nothing_runs(name, tmp_path):
    flag, before = tmp_path / 'flag', dict(HistoryBuffer._statistics_methods)
    file = saved(dict(meta=dict(epoch=1), state_dict=dict(weight=torch.ones(1)), extra=hostile(str(flag))[name]))
    with pytest.raises(pickle.UnpicklingError):
        load(file)
    assert not flag.exists() and before == HistoryBuffer._statistics_methods


@pytest.mark.parametrize('name', ['a command', 'eval', 'getattr to eval, called'])
def test_the_attacks_above_are_real_where_nothing_is_checked(name, tmp_path):
    torch.load(saved(hostile(str(tmp_path / 'flag'))[name]), weights_only=False)
    assert (tmp_path / 'flag').exists()


@pytest.mark.parametrize('name', ['min', 'max', 'mean', 'current'])
def test_history_method_gives_the_four_methods(name):
    assert compat.history_method(HistoryBuffer, name) is getattr(HistoryBuffer, name)


class Lookalike(HistoryBuffer):
    min = print


@pytest.mark.parametrize('owner, name', [
    (HistoryBuffer, '__init__'), (HistoryBuffer, '__class__'), (HistoryBuffer, 'statistics'), (HistoryBuffer(), 'mean'),
    (builtins, 'eval'), (builtins, 'min'), (Lookalike, 'min'), (np.ndarray, 'max')])
def test_history_method_gives_nothing_else(owner, name):
    with pytest.raises(pickle.UnpicklingError, match=name):
        compat.history_method(owner, name)


def test_torch_is_told_of_the_safe_classes_from_2_6_on_and_left_alone_before(monkeypatch):
    told = []
    monkeypatch.setattr(torch.serialization, 'add_safe_globals', told.append, raising=False)
    for version in ('2.1.2', '2.5.1', '2.5.1+cu121'):
        monkeypatch.setattr(torch, '__version__', version)
        compat.allow_training_checkpoints()
    assert not told
    monkeypatch.setattr(torch, '__version__', '2.6.0+cpu')
    compat.allow_training_checkpoints()
    assert len(told) == 1 and HistoryBuffer in told[0] and getattr not in told[0]


# the versions of the hosts

def test_the_hosts_at_hand_fit():
    compat.check_hosts()


@pytest.mark.parametrize('name, install', [
    ('mmengine', 'pip install "mmengine"'), ('mmpretrain', 'pip install "mmpretrain"'),
    ('mmcv', 'pip install "mmcv-lite" or "mmcv"')])
def test_a_missing_host_is_named_with_what_to_install(name, install, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=f'mmhaze needs {name}: {install}'):
        compat.check_hosts()


def test_what_a_host_misses_itself_is_not_mistaken_for_the_host(monkeypatch):
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'pkg_resources'", name='pkg_resources')
    monkeypatch.setattr(compat.importlib, 'import_module', broken)
    with pytest.raises(ModuleNotFoundError, match='pkg_resources'):
        compat.check_hosts()


@pytest.mark.parametrize('name, version', [
    ('mmengine', '0.10.3'), ('mmengine', '1.0.0'), ('mmcv', '1.7.2'), ('mmcv', '2.4.0'), ('mmpretrain', '1.1.1'),
    ('mmpretrain', '1.2.0rc1'), ('mmpretrain', '2.0.0')])
def test_a_host_too_old_or_too_new_is_named_with_what_to_install(name, version, monkeypatch):
    monkeypatch.setattr(HOSTS[name], '__version__', version)
    lowest, below = compat.HOSTS[name]
    with pytest.raises(ImportError, match=f'mmhaze works with {name} {lowest} or newer, below {below}, got {version}: '
                                          f'pip install "{name}>={lowest},<{below}"'):
        compat.check_hosts()


@pytest.mark.parametrize('name, version', [
    ('mmengine', '0.10.4'), ('mmengine', '0.11.0rc3'), ('mmcv', '2.0.0'), ('mmcv', '2.3.6'), ('mmpretrain', '1.3.6')])
def test_a_host_between_the_bounds_fits(name, version, monkeypatch):
    monkeypatch.setattr(HOSTS[name], '__version__', version)
    compat.check_hosts()


@pytest.mark.parametrize('torch_version, numpy_version, fits', [
    ('2.1.2', '2.0.2', False), ('2.2.2+cpu', '2.4.6', False), ('2.1.2', '1.26.4', True), ('2.3.0', '2.0.0', True),
    ('2.15.0', '1.26.4', True)])
def test_torch_built_for_numpy_1_is_refused_beside_numpy_2(torch_version, numpy_version, fits, monkeypatch):
    monkeypatch.setattr(torch, '__version__', torch_version)
    monkeypatch.setattr(np, '__version__', numpy_version)
    if fits:
        compat.check_hosts()
    else:
        with pytest.raises(ImportError, match=r'NumPy 1 .* pip install "numpy<2"') as refused:
            compat.check_hosts()
        assert torch_version in str(refused.value) and numpy_version in str(refused.value)


# transformers that mmpretrain's multimodal models do not fit; tests/toolboxes import all three as they are

@pytest.mark.parametrize('source, stays', [
    ('from .pytorch_utils import (  # noqa: F401\n    Conv1D,\n    apply_chunking_to_forward,\n'
     '    find_pruneable_heads_and_indices,\n    prune_linear_layer,\n)\nclass Layer(nn.Module): pass', True),
    ('from .pytorch_utils import apply_chunking_to_forward, prune_linear_layer', False),
    ('class PreTrainedModel(nn.Module): pass', False)])
def test_multimodal_models_are_left_out_only_where_transformers_lacks_what_they_take(source, stays, tmp_path,
                                                                                     monkeypatch):
    # found by what pip has written down; nothing is imported, as that may fail beside an older torch
    (tmp_path / 'transformers').mkdir()
    (tmp_path / 'transformers' / 'modeling_utils.py').write_text(source)
    (tmp_path / 'transformers-4.0.dist-info').mkdir()
    (tmp_path / 'transformers-4.0.dist-info' / 'METADATA').write_text('Name: transformers\nVersion: 4.0\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(dependency, 'WITH_MULTIMODAL', True)
    compat.leave_out_broken_multimodal()
    assert dependency.WITH_MULTIMODAL is stays

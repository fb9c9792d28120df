"""Slips of the pen in a config: a part that nobody registered, a setting that its part does not take.

The host finds them too, after 280 lines of log and in a traceback, or not at all. Here each is a line, before anything
is built. What cannot be told for certain, as settings that a part hands on to another library, is left to the host.
"""
from __future__ import annotations

import difflib
import importlib.util
import inspect
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import mmengine.registry
import mmpretrain.registry
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import Registry
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, LogProcessor, Runner, TestLoop, ValLoop
from torch.utils.data import DataLoader

from .values import describe_wrong, wanted_kinds

Registered = Mapping[str, list[Callable]]  # parts by name; some kinds share a name
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
# what the host reads at the top of a config
RUNNER = frozenset(inspect.signature(Runner.__init__).parameters) - {'self', 'cfg'}
TOP = RUNNER | {'custom_imports', 'find_unused_parameters', 'sync_bn', 'model_wrapper_cfg', 'tta_model', 'tta_pipeline',
                'compile', 'runner_type', 'activation_checkpointing'}
RUNNER_KINDS = wanted_kinds(Runner)
HOOKS = ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')
NEAR = 0.8  # how alike two names are at least of which one may be a slip, by difflib

DICTS = (*LOADERS, *(f'{loader}.{part}' for loader in LOADERS
                     for part in ('dataset', 'dataset.filter_cfg', 'sampler', 'batch_sampler')),
         'model', 'model.backbone', 'model.neck', 'model.head', 'model.head.loss', 'model.data_preprocessor',
         'data_preprocessor', 'train_cfg', 'val_cfg', 'test_cfg', 'optim_wrapper', 'optim_wrapper.optimizer',
         'optim_wrapper.clip_grad', 'default_hooks', 'randomness', 'env_cfg', 'log_processor', 'visualizer',
         'auto_scale_lr', 'custom_imports', *(f'default_hooks.{hook}' for hook in HOOKS))
# one part, or several
LISTS = ('val_evaluator', 'test_evaluator', 'param_scheduler', 'custom_hooks',
         *(f'{loader}.dataset.{steps}' for loader in LOADERS for steps in ('prepare', 'pipeline')))
# parts whose type is left out as a rule
USUAL: dict[str, Callable] = dict(val_cfg=ValLoop, test_cfg=TestLoop, optim_wrapper=OptimWrapper,
                                  log_processor=LogProcessor, randomness=Runner.set_randomness)
# what the host takes out of the settings of a part before it builds it
TAKEN_OUT = dict(train_cfg={'by_epoch'}, optim_wrapper={'optimizer', 'constructor', 'paramwise_cfg'},
                 param_scheduler={'convert_to_iter_based'}, default_hooks={'priority'}, custom_hooks={'priority'},
                 visualizer={'name'})
# the settings of what is no registered part
SETTINGS = {loader: {*inspect.signature(DataLoader.__init__).parameters, 'num_batch_per_epoch'} for loader in LOADERS}
SETTINGS['env_cfg'] = {'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'}
# what the part around it reads and changes before it builds it, and what is none of the registered parts
_REWRITTEN, _NO_PARTS = re.compile(r'\.(\w+_cfg|policies)(\.|\[|$)'), re.compile(r'\.targets\[|\.clip_grad$')
_OWN_SCOPE = re.compile(r'^(mmhaze|mmpretrain|mmcv|mmengine)\.(?=\w+$)')


def check_settings(config: Config, where: Any, parts: Iterable[str] | None = None) -> None:
    """Makes sure that all parts of a config exist and take the settings that they are given.

    Args:
        config: with the parts of mmhaze registered, see :func:`mmhaze.runtime.configs.read_config`.
        where: the file, for the message.
        parts: which entries of it to look at; by default all that the host reads.

    Raises:
        ValueError: one does not, and the message says the nearest name; or there is no network in it.
    """
    if not config.get('model'):
        raise ValueError(f'{where} has no model, so that it is not the config of a network.')
    registered = _registered()
    whole = [_describe_scope(config.get('default_scope'))]
    if not parts:
        whole += [_describe_log_level(config.get('log_level', 'INFO')), _describe_best(config, registered)]
    for slip in filter(None, whole):
        raise ValueError(f'{where}: {slip}')
    for name in parts or [each for each in config if each in TOP]:
        for slip in _find_slips(name, config.get(name), registered):
            raise ValueError(f'{where}: {slip}')


def describe_near(name: str, known: Iterable[str]) -> str:
    """``'. Did you mean a or b?'``, the known names that are nearest; a full stop alone where none is near."""
    near = difflib.get_close_matches(name, sorted(map(str, known)), n=2, cutoff=0.7)
    return f'. Did you mean {" or ".join(near)}?' if near else '.'


def _find_slips(name: str, entry: Any, registered: Registered) -> Iterator[str]:
    if isinstance(entry, (str, int, float)) and (name in DICTS or name in LISTS):
        such = f" such as dict(type='{entry}')" if entry in registered else ''
        yield f'{name} is {entry!r}, wanted a {"dict" if name in DICTS or such else "list"}{such}.'
    elif name in TOP and (wanted := describe_wrong(name, entry, RUNNER_KINDS.get(name, set()))):
        yield f'{name} is {entry!r}, wanted {wanted}.'
    elif isinstance(entry, (list, tuple)):
        for index, each in enumerate(entry):
            yield from _find_slips(f'{name}[{index}]', each, registered)
    elif isinstance(entry, Mapping):
        yield from _find_own_slips(name, entry, registered)
        for key, value in entry.items():
            yield from _find_slips(f'{name}.{key}', value, registered)


def _find_own_slips(name: str, entry: Mapping[str, Any], registered: Registered) -> Iterator[str]:
    """Those of one part, without the parts in it."""
    kind, (hook_of, _, hook) = entry.get('type'), name.partition('.')
    plain = _OWN_SCOPE.sub('', kind) if isinstance(kind, str) else ''
    if plain and plain not in registered and '.' not in plain and not _NO_PARTS.search(name):
        yield f'{name} has the type {kind!r}, which is not registered{describe_near(plain, registered)}'
    elif name in SETTINGS:
        yield from _unknown(name, entry, SETTINGS[name])
        yield from _find_wrong(name, entry, [DataLoader] if name in LOADERS else [])
    elif hook_of == 'default_hooks' and hook and '.' not in hook and kind is None:
        yield f'{name} has no type, so that it is no hook{describe_near(hook, HOOKS)}'
    elif not _REWRITTEN.search(name):
        parts: Sequence[Any] = registered.get(plain, [kind or _usual_part(name, entry)])
        also = TAKEN_OUT.get(re.split(r'[.[]', name)[0], set())
        slips = [list(_unknown(name, entry, *_settings_of(part), also)) for part in parts if callable(part)]
        yield from min(slips, key=len, default=[])
        yield from _find_wrong(name, entry, [part for part in parts if callable(part)])


def _find_wrong(name: str, entry: Mapping[str, Any], parts: Sequence[Callable]) -> Iterator[str]:
    """The values that none of the parts that go by its type can take."""
    kinds = [wanted_kinds(part) for part in parts]
    for key, value in entry.items():
        wanted = [describe_wrong(f'{name}.{key}', value, each.get(key, set())) for each in kinds]
        if wanted and all(wanted):
            yield f'{name}.{key} is {value!r}, wanted {wanted[0]}.'


def _describe_scope(scope: Any) -> str:
    known = {'mmengine', 'mmpretrain', *mmengine.registry.MODELS.children}
    if scope is None or scope in known:
        return ''
    if isinstance(scope, str) and scope.isidentifier() and importlib.util.find_spec(scope) is not None:
        return ''  # another toolbox, which the host imports
    return f'default_scope is {scope!r}, which is no toolbox that is installed{describe_near(str(scope), known)}'


def _describe_log_level(level: Any) -> str:
    known = ('CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG')
    if isinstance(level, str) and not isinstance(logging.getLevelName(level), int):
        return f'log_level is {level!r}, wanted one of {", ".join(known)}{describe_near(level, known)}'
    return ''


def _describe_best(config: Config, registered: Registered) -> str:
    """That no evaluator gives the score by which the best checkpoint is chosen; the host says so an epoch later."""
    hook, evaluators = (config.get('default_hooks') or {}).get('checkpoint'), config.get('val_evaluator') or ()
    best = hook.get('save_best') if isinstance(hook, Mapping) else None
    prefixes = [_prefix_of(each, registered) for each in (evaluators if isinstance(evaluators, list) else [evaluators])]
    for score in [best] if isinstance(best, str) else best or ():
        if score != 'auto' and all(prefixes) and not str(score).startswith(tuple(f'{each}/' for each in prefixes)):
            given = ', '.join(f'{each}/...' for each in prefixes) or 'nothing'
            return (f'default_hooks.checkpoint.save_best is {score!r}, and val_evaluator gives {given}. Set it to one '
                    "of the scores that a validation prints, or to 'auto', the first.")
    return ''


def _prefix_of(evaluator: Any, registered: Registered) -> str:
    """What the names of its scores begin with; empty where that is not known."""
    if not isinstance(evaluator, Mapping):
        return ''
    parts = registered.get(_OWN_SCOPE.sub('', str(evaluator.get('type'))), [])
    return evaluator.get('prefix') or next((getattr(part, 'default_prefix', None) or '' for part in parts), '')


def _usual_part(name: str, entry: Mapping[str, Any]) -> Callable | None:
    """What the host builds where no type is said."""
    if name == 'train_cfg':
        return EpochBasedTrainLoop if entry.get('by_epoch', True) else IterBasedTrainLoop
    return USUAL.get(name)


def _unknown(name: str, entry: Mapping[str, Any], known: set[str], complete: bool = True,
             also: Iterable[str] = ()) -> Iterator[str]:
    """The settings that are none, or, where not all are known, those that are nearly one."""
    for key in entry:
        if key in known or key in also or key == 'type' or key.startswith('_'):
            continue
        if complete or difflib.get_close_matches(key, known, n=1, cutoff=NEAR):
            yield f'{name} has no setting {key}{describe_near(key, {*known, *also})}'


def _settings_of(part: Callable) -> tuple[set[str], bool]:
    """The names of what a class or a function takes, and whether these are all.

    A class that hands settings on, as ``**kwargs``, may hand them to its base class or elsewhere.
    """
    known: set[str] = set()
    makers = [vars(each)['__init__'] for each in part.__mro__ if '__init__' in vars(each)] \
        if inspect.isclass(part) else [part]
    for depth, make in enumerate(makers):
        try:
            parameters = inspect.signature(make).parameters.values()
        except (ValueError, TypeError):  # written in C
            return known, False
        known |= {each.name for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)}
        if all(each.kind != each.VAR_KEYWORD for each in parameters):
            return known, not depth
    return known, False


def _registered() -> Registered:
    """The parts of mmpretrain and of what it builds on; mmhaze's are among them."""
    registries = [each for module in (mmpretrain.registry, mmengine.registry) for each in vars(module).values()
                  if isinstance(each, Registry)]
    for registry in registries:
        registry.import_from_location()
    parts: dict[str, list[Callable]] = {}
    for name, part in (each for registry in registries for each in registry.module_dict.items()):
        parts.setdefault(name, []).append(part)
    return parts

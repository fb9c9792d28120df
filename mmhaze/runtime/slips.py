"""Which errors of a run are for the user, to be said in a line, and which are for whoever mends the code."""
from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from mmengine.hooks import CheckpointHook
from mmengine.model import BaseModel
from mmengine.registry import build_from_cfg
from torch import nn

from .configs import LONGEST
from .settings import describe_near
from .shipped import PACKAGE

SAID = (ValueError, FileNotFoundError, ImportError)  # with which mmhaze refuses what the user gave
REFUSALS = (ValueError, TypeError, AssertionError, FileNotFoundError)  # with which the host does
_UNKNOWN = re.compile(r"unexpected keyword argument '(\w+)'")
_MISSING = re.compile(r'missing \d+ required (?:positional|keyword-only) arguments?: (.+)')
# torch, where a layer gets another number of channels than it was built for
_CHANNELS = re.compile(r'mat1 and mat2 shapes cannot be multiplied \(\d+x(?P<got>\d+) and (?P<wanted>\d+)x\d+\)|'
                       r'to have (?P<wants>\d+) channels, but got (?P<came>\d+) channels instead')
_BUILDER = build_from_cfg.__code__
_SAVES_BEST = CheckpointHook._save_best_checkpoint.__code__
STEPS = {'train_step', 'val_step', 'test_step', 'call_hook', '__next__'}


@contextmanager
def as_slips(where: object) -> Iterator[None]:
    """Turns an error of the user, in what is done under it, into a ValueError of one line; others stay as they are.

    Args:
        where: the config, for the message.
    """
    try:
        yield
    except Exception as error:
        reason = find_slip(error)
        if reason and reason != str(error):
            raise ValueError(f'{where}: {reason}') from error
        raise  # as mmhaze said it, or an error of the code


def find_slip(error: BaseException) -> str:
    """What to say of an error that is the user's; empty where it is not known to be.

    Six kinds are: what mmhaze refuses, with a ``raise`` of its own; a part that nobody registered; settings that a
    part does not take, or refuses as it is built; what the host refuses as it makes a run ready; parts of a network of
    which one gives other channels than the next wants; and a score that no evaluator gives. All else may be an error of
    the code, and keeps its traceback.
    """
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if not frames:
        return ''
    if isinstance(error, SAID) and _is_refusal(frames[-1][0].f_code.co_filename, frames[-1][1]):
        return str(error)
    if isinstance(error, SAID) and 'Original Traceback' in str(error):
        return _of_a_worker(str(error))
    built = [frame for frame, _ in frames if frame.f_code is _BUILDER]
    if built and isinstance(error, KeyError) and frames[-1][0] is built[-1]:
        return _describe_type(built[-1])
    if built:
        return _describe_settings(built[-1], error, frames[-1])
    return _describe_channels(error, frames) or _describe_best(error, frames[-1][0]) or _describe_run(error, frames)


def _is_refusal(file: str, line: int) -> bool:
    return file.startswith(f'{PACKAGE}') and linecache.getline(file, line).lstrip().startswith('raise ')


def _of_a_worker(text: str) -> str:
    """The refusal in what torch says of an error in a process that loads data."""
    *_, (file, line) = re.findall(r'File "(.+)", line (\d+)', text) or [('', '0')]
    return text.rstrip().rpartition('\n')[2].partition(': ')[2] if _is_refusal(file, int(line)) else ''


def _describe_type(frame: FrameType) -> str:
    registry, kind = frame.f_locals['registry'], frame.f_locals.get('obj_type', '')
    if not kind:
        settings = {name: value for name, value in frame.f_locals['cfg'].items() if name != 'type'}
        return f'{settings} has no type, and so is no {registry.name}.'
    near = describe_near(str(kind), [*registry.module_dict, *(registry.parent.module_dict if registry.parent else ())])
    return f'{kind!r} is no {registry.name} that is registered{near}'


def _describe_settings(frame: FrameType, error: BaseException, last: tuple[FrameType, int]) -> str:
    cfg, text, file = frame.f_locals['cfg'], ' '.join(str(error).split()), last[0].f_code.co_filename
    unknown, missing = _UNKNOWN.search(text), _MISSING.search(text)
    kind = cfg.get('type') if isinstance(cfg, Mapping) else cfg
    kind = getattr(kind, '__name__', kind)
    if isinstance(error, TypeError) and unknown and unknown[1] in cfg:
        return f'{kind} has no setting {unknown[1]}.'
    if isinstance(error, TypeError) and missing and last[0] is frame:
        return f'{kind} lacks the settings {missing[1]}.'
    if text and not file.startswith(f'{PACKAGE}') and _is_raised(*last):
        return f'{kind} refuses its settings: {text}'  # the hosts check what they are given in their own ways
    return ''


def _describe_channels(error: BaseException, frames: list[tuple[FrameType, int]]) -> str:
    """Which part of a network was given other channels than its config says."""
    found = _CHANNELS.search(str(error)) if isinstance(error, RuntimeError) else None
    network = next((frame.f_locals['self'] for frame, _ in frames
                    if frame.f_code.co_name == 'forward' and isinstance(frame.f_locals.get('self'), BaseModel)), None)
    if not found or network is None:
        return ''
    layers = [frame.f_locals['self'] for frame, _ in frames if isinstance(frame.f_locals.get('self'), nn.Module)]
    names = {id(module): name for name, module in network.named_modules()}
    name = next((names[id(layer)] for layer in reversed(layers) if names.get(id(layer))), '')
    wanted, got = found['wanted'] or found['wants'], found['got'] or found['came']
    of_head = name.startswith('head.') and str(getattr(getattr(network, 'head', None), 'in_channels', '')) == wanted
    advice = f'Set model.head.in_channels={got}.' if of_head else 'Make what one gives and the next wants the same.'
    return f'model.{name} wants {wanted} channels, and what comes before it gives {got}. {advice}'


def _describe_best(error: BaseException, last: FrameType) -> str:
    """The scores there are, where the best checkpoint is chosen by another."""
    scores = last.f_locals.get('metrics')
    if not isinstance(error, KeyError) or last.f_code is not _SAVES_BEST or not isinstance(scores, Mapping):
        return ''
    return (f'default_hooks.checkpoint.save_best is {error.args[0]!r}, and the evaluators give {", ".join(scores)}. '
            'Set it to one of these.')


def _describe_run(error: BaseException, frames: list[tuple[FrameType, int]]) -> str:
    """What the host refuses of the entries around the parts, such as ``num_workers=-1``, before a step is done."""
    names = {frame.f_code.co_name for frame, _ in frames}
    last = max((index for index, (frame, _) in enumerate(frames)
                if frame.f_globals.get('__name__') == 'mmengine.runner.runner'), default=None)
    if last is None or names & STEPS or not _is_raised(*frames[-1]) or not isinstance(error, REFUSALS):
        return ''
    if any(frame.f_code.co_filename.startswith(f'{PACKAGE}') for frame, _ in frames[last:]):
        return ''
    text = ' '.join(str(error).split())
    return f'mmengine refuses the config: {text if len(text) <= LONGEST else f"{text[:LONGEST]}..."}'


def _is_raised(frame: FrameType, line: int) -> bool:
    """Whether an error was raised on purpose, and did not just happen."""
    return linecache.getline(frame.f_code.co_filename, line).lstrip().startswith(('raise ', 'assert '))

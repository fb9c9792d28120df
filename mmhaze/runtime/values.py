"""Values of settings that their part cannot take: a word for a number, a decimal comma, half an epoch, no such seed.

What a part wants is read off its annotations and defaults. Authors write these loosely, an ``int`` that may be a
tuple or a fraction, so that only what is beyond doubt is refused.
"""
from __future__ import annotations

import difflib
import inspect
import re
from typing import Any

NUMBERS = {'int', 'float', 'bool', 'Number'}
SEVERAL = {'Tuple', 'tuple', 'List', 'list', 'Sequence', 'Iterable'}
# what else may stand around a type in an annotation; BARE is for a setting that has only a default
BARE = 'default'
AROUND = SEVERAL | {'Union', 'Optional', 'None', 'NoneType', 'typing', 'Tensor', 'torch', 'numbers', 'collections',
                    'abc', BARE}
# whole numbers, from the first to the second: the host looks at them too late, if at all
WITHIN: dict[str, tuple[int, int | None]] = {
    'train_cfg.max_epochs': (1, None), 'train_cfg.max_iters': (1, None), 'train_cfg.val_interval': (1, None),
    'randomness.seed': (0, 2**32 - 1)}


def wanted_kinds(part: Any) -> dict[str, set[str]]:
    """The words of the annotation of each setting of a class or a function.

    A class that hands settings on to its base class has those of the base class, too.
    """
    makers = [vars(each)['__init__'] for each in part.__mro__ if '__init__' in vars(each)] \
        if inspect.isclass(part) else [part]
    kinds: dict[str, set[str]] = {}
    for make in makers:
        try:
            parameters = inspect.signature(make).parameters.values()
        except (ValueError, TypeError):  # written in C
            break
        for each in parameters:
            kinds.setdefault(each.name, _words(each))
        if all(each.kind != each.VAR_KEYWORD for each in parameters):
            break
    return kinds


def describe_wrong(name: str, value: Any, kinds: set[str]) -> str:
    """What a setting wants in the place of its value; empty where the value may be right.

    Args:
        name: of the setting, dotted, from the top of the config.
        value: what the config has.
        kinds: the words of its annotation, see :func:`wanted_kinds`.
    """
    whole = isinstance(value, int) and not isinstance(value, bool)
    if name in WITHIN and value is not None:
        least, most = WITHIN[name]
        if not whole or value < least or (most is not None and value > most):
            return f'a whole number from {least}' + (f' to {most}' if most is not None else '')
    if name.endswith('.num_classes') and not whole and isinstance(value, (str, float, list, tuple)):
        return 'a whole number'
    numbers = kinds & NUMBERS
    if numbers and kinds <= NUMBERS | AROUND:
        inner = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(each, str) and not _may_be_switch(name, each, numbers) for each in inner):
            return _describe(numbers)
        if numbers == {'float'} and inner is value and not kinds & SEVERAL:
            return 'a number, with a point and no comma'
    if 'str' in kinds and kinds <= {'str', 'Path', 'PathLike', 'pathlib', 'os'} | (AROUND - SEVERAL) and '.' in name \
            and (whole or isinstance(value, float)):
        return f"a text, such as './{value}' for a file or folder"
    return ''


def _words(parameter: inspect.Parameter) -> set[str]:
    said, default = parameter.annotation, parameter.default
    if said is parameter.empty:  # a switch without an annotation may well take a word
        return {BARE, 'int', 'float'} if isinstance(default, (int, float)) and not isinstance(default, bool) else set()
    return set(re.findall(r'\w+', said.__name__ if inspect.isclass(said) else str(said)))


def _may_be_switch(name: str, word: str, numbers: set[str]) -> bool:
    """Whether a word may be right for a bool: parts of networks have switches with a third position."""
    return numbers == {'bool'} and name.startswith('model.') and not difflib.get_close_matches(
        word.casefold(), ('true', 'false'), n=1, cutoff=0.7)


def _describe(numbers: set[str]) -> str:
    if numbers == {'bool'}:
        return 'True or False'
    return 'a number' if numbers & {'float', 'Number'} else 'a whole number'

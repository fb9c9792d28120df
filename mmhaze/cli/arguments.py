"""Arguments that several commands take, and what their values may be."""
from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'wanted a whole number from 1, got {text!r}')
    return int(text)


def path(text: str) -> Path:
    """A path; ``''`` is none, though Python takes it for the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("wanted a path, got ''")
    return Path(text)


def key_value(text: str) -> str:
    """``KEY=VALUE``, which :func:`read_options` reads."""
    if '=' not in text:
        raise argparse.ArgumentTypeError(f'wanted KEY=VALUE, got {text!r}')
    return text


def add_config(parser: argparse._ActionsContainer, *flags: str, **options: Any) -> None:
    """The argument ``CONFIG``; a shell that completes words offers the configs that come with mmhaze."""
    action = parser.add_argument(*flags, metavar='CONFIG', **options)
    action.completer = _complete_config  # type: ignore[attr-defined]  # argcomplete looks for it


def add_device(parser: argparse.ArgumentParser) -> None:
    """The option ``--device``."""
    parser.add_argument('--device', help='such as cuda:0 (default: the accelerator if there is one)')


def add_classifier(parser: argparse.ArgumentParser, required: bool = False) -> None:
    """The options ``--model`` and ``--checkpoint``."""
    add_config(parser, '--model', required=required, help='a config file, or the name of one in configs/')
    parser.add_argument('--checkpoint', type=Path, required=required, metavar='FILE', help='what was trained with it')


def add_dehazer(parser: argparse.ArgumentParser) -> None:
    """The options ``--dehazer`` and ``--dehazer-checkpoint``."""
    add_config(parser, '--dehazer', help='what removes the haze: a config file, or the name of one in configs/dehazing '
                                         'such as dcp, which needs no checkpoint')
    parser.add_argument('--dehazer-checkpoint', type=Path, metavar='FILE', help='what was trained with it')


def add_config_options(parser: argparse.ArgumentParser, example: str, what: str = 'the config') -> None:
    """The option ``--cfg-options``, as strings, which :func:`read_options` reads."""
    # mmengine's DictAction would read them at once, and importing it takes seconds
    parser.add_argument('--cfg-options', nargs='+', action='extend', type=key_value, metavar='KEY=VALUE',
                        help=f'change entries of {what}, say {example}')


def read_options(pairs: list[str] | None) -> dict[str, Any]:
    """The values of ``--cfg-options`` as mmengine reads them: numbers, lists and tuples where they look so."""
    from mmengine.config import DictAction
    read = argparse.Namespace()
    if pairs:
        DictAction([], 'options')(argparse.ArgumentParser(), read, pairs)
    return vars(read).get('options', {})


def check_classifier(args: argparse.Namespace) -> None:
    """Raises an ArgumentError where there is a model without its checkpoint, or the reverse."""
    if (args.model is None) != (args.checkpoint is None):
        raise argparse.ArgumentError(
            None, '--model and --checkpoint go together; leave out both for an estimate without training')


def check_dehazer(args: argparse.Namespace) -> None:
    """Raises an ArgumentError where there is a dehazer's checkpoint without the dehazer."""
    if args.dehazer_checkpoint is not None and args.dehazer is None:
        raise argparse.ArgumentError(None, '--dehazer-checkpoint wants --dehazer, the config that it was trained with')


def _complete_config(prefix: str, **asked: Any) -> list[str]:
    from ..runtime.shipped import list_configs
    return [file.stem for file in list_configs()]

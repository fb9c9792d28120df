"""Finds the commands, reads the words of the command line and hands them to a command.

A command is a module ``NAME_command.py`` in this folder, without another entry anywhere. Its docstring is its help, and
the first line of that its line in ``mmhaze --help``; ``add_arguments(parser)`` adds what it takes, ``run(args)`` does
it and gives the exit code. It may have an ``ENDING``. A folder in here is a group of commands, such as ``make-set``.
All of them are imported for ``mmhaze --help``, so none imports NumPy, torch or a host before ``run``.
"""
from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from ..version import __version__
from .arguments import path
from .ending import run_to_end

SUFFIX = '_command'


def main(words: Sequence[str] | None = None) -> int:
    """``mmhaze WORDS``, by default those of this process; the exit code.

    Raises:
        SystemExit: the words are not those of the command, or ask for help; as argparse ends.
    """
    words = sys.argv[1:] if words is None else words
    package = importlib.import_module(__package__)
    parser = argparse.ArgumentParser(prog='mmhaze')
    parser.add_argument('--version', action='version', version=f'mmhaze {__version__}')
    fill_parser(parser, package)
    if '_ARGCOMPLETE' in os.environ:  # the shell asks what may follow
        import argcomplete
        argcomplete.autocomplete(parser)
    if misspelt := find_misspelt(words, package):
        print(misspelt, file=sys.stderr)
        return 2
    return _parse_and_run(parser, words)


def run_tool(command: str, prog: str, words: Sequence[str] | None = None) -> int:
    """The command, such as ``'make-set pairs'``, as a script of ``tools/``; ``prog`` is its name in messages."""
    module = importlib.import_module(__package__)
    for name in command.split():
        module = find_commands(module)[name]
    parser = argparse.ArgumentParser(prog=prog)
    fill_parser(parser, module)
    return _parse_and_run(parser, sys.argv[1:] if words is None else words)


def find_commands(package: ModuleType) -> dict[str, ModuleType]:
    """The commands and groups of a package, by name and in order."""
    return {each.name.removesuffix(SUFFIX).replace('_', '-'): importlib.import_module(f'{package.__name__}.{each.name}')
            for each in pkgutil.iter_modules(package.__path__) if each.ispkg or each.name.endswith(SUFFIX)}


def fill_parser(parser: argparse.ArgumentParser, module: ModuleType) -> None:
    """Gives a parser the help and the arguments of a command, or the commands of a group."""
    parser.description, parser.formatter_class = module.__doc__, _HelpFormatter
    parser.set_defaults(its_parser=parser, its_command=None)
    parser.register('type', Path, path)  # that is what Path makes of an argument
    if hasattr(module, '__path__'):
        commands = parser.add_subparsers(metavar='COMMAND', title='commands')
        for name, each in find_commands(module).items():
            fill_parser(commands.add_parser(name, help=(each.__doc__ or '').split('\n')[0]), each)
    else:
        module.add_arguments(parser)
        parser.set_defaults(its_command=module)


def find_misspelt(words: Sequence[str], module: ModuleType) -> str:
    """What to say of the first word that should be a command and is none; empty where all are."""
    known = 'mmhaze'
    for word in words:
        if word.startswith('-') or not hasattr(module, '__path__'):
            break
        commands = find_commands(module)
        if word not in commands:
            import difflib
            close = difflib.get_close_matches(word, commands, n=1)
            likely = f' Did you mean: {known} {close[0]}?' if close else \
                f' Did you mean: mmhaze haze {word}?' if Path(word).exists() else ''
            return f'{known}: there is no command {word!r}.{likely} {known} --help lists the commands.'
        module, known = commands[word], f'{known} {word}'
    return ''


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Paragraphs as they are, and room for the longest command."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=22)
        self._action_max_length = 20  # argparse forgets that commands are indented twice


def _parse_and_run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    args = parser.parse_args(words)
    if args.its_command is None:
        args.its_parser.print_help(sys.stderr)
        return 2
    args.words = words
    return run_to_end(args)

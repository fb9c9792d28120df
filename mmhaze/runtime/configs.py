"""Reading a config file, changing entries of it, and saying in a line what is wrong with it."""
from __future__ import annotations

import ast
import difflib
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..registry import register_all_modules
from .settings import LOADERS, NEAR, RUNNER, TOP, describe_near

SUFFIXES = ('.py', '.json', '.yaml', '.yml')
WITHOUT_WORKERS = dict(persistent_workers=False, prefetch_factor=None, timeout=0)
LONGEST = 300  # characters of a reason: some of the host's print a whole config


def read_config(path: Path, options: Mapping[str, Any] | None = None) -> Config:
    """A config file with the files that it builds on; the parts of mmhaze are registered then.

    Args:
        path: the file, see :func:`mmhaze.runtime.shipped.find_config`.
        options: entries to change, by their dotted names, as ``--cfg-options`` has them.

    Raises:
        ValueError: it is no config file, cannot be read, or an option does not fit; the message is one line.
    """
    register_all_modules()
    if path.suffix not in SUFFIXES:
        raise ValueError(f'{path} is no config file, wanted one of {", ".join(SUFFIXES)}.')
    try:
        config = Config.fromfile(path)
    except Exception as error:  # a config file is a program, and may fail in any way
        raise ValueError(_describe(error, path)) from error
    if path.suffix == '.py':
        _check_names(path)
    change_config(config, options or {}, path)
    return config


def change_config(config: Config, options: Mapping[str, Any], path: Path) -> None:
    """Changes entries of a config, see :func:`read_config`, and has data loaders without workers do without them."""
    for name in options:
        first = name.partition('.')[0]
        if first not in config and first not in TOP:
            raise ValueError(f'--cfg-options {name}: {path} has no {first}{describe_near(first, {*config, *TOP})}')
        _check_entry(config, name, path)
    try:
        config.merge_from_dict(dict(options))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f'--cfg-options {" ".join(options)} do not fit {path}: {_in_a_line(error)}') from error
    for name in LOADERS:
        _keep_no_workers(config.get(name))


def _check_entry(config: Config, name: str, path: Path) -> None:
    """Raises a ValueError for an option that names an entry of a list otherwise than by its number.

    The host would put a dict with nothing but this entry in the place of the list.
    """
    entry: Any = dict(config.items())
    keys = name.split('.')
    for depth, key in enumerate(keys):
        if isinstance(entry, (list, tuple)) and not key.isdecimal():
            inner = '.'.join(keys[:depth])
            raise ValueError(f'--cfg-options {name}: in {path} {inner} is a list of {len(entry)}. Say which by its '
                             f'number, {inner}.0.{".".join(keys[depth:])} for the first.')
        entry = entry[int(key)] if isinstance(entry, (list, tuple)) and int(key) < len(entry) else \
            entry.get(key) if isinstance(entry, Mapping) else None


def _keep_no_workers(loader: Any) -> None:
    """Without workers there are none to persist or to fetch ahead, and torch refuses to be asked for it."""
    if isinstance(loader, dict) and not loader.get('num_workers'):
        loader.update({name: nothing for name, nothing in WITHOUT_WORKERS.items() if name in loader})


def _check_names(path: Path) -> None:
    """Raises a ValueError for a name in a file that nobody reads and that is nearly one of the host's."""
    names = [node for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    for name in {node.id for node in names} - read - TOP:
        if difflib.get_close_matches(name, RUNNER, n=1, cutoff=NEAR):
            raise ValueError(f'{path}: nothing reads {name}{describe_near(name, RUNNER)}')


def _describe(error: Exception, path: Path) -> str:
    """Why a config could not be read: in which of its files, in which line if that is known, and what is wrong."""
    file, line, files = str(path), '', [str(path)]
    for frame, number in traceback.walk_tb(error.__traceback__):
        where = frame.f_locals.get('filename')
        if frame.f_code.co_name in ('_file2dict', '_parse_lazy_import', '_is_lazy_import') and where is not None:
            file, line = str(where), ''
            files.append(file)
        elif frame.f_code.co_filename == file:
            line = f', line {number}'
    if isinstance(error, SyntaxError):
        error = _syntax_error(file) or error
        if error.lineno:
            return f'{file}, line {error.lineno}: {error.msg}{f", in {error.text.strip()!r}" if error.text else ""}.'
    if isinstance(error, FileNotFoundError) and not Path(file).is_file():
        builder = next(each for each in reversed(files) if Path(each).is_file())
        return f'{builder}: there is no file {file}, which it builds on. Set _base_ to the one that is meant.'
    return f'{file}{line}: {_in_a_line(error)}'


def _syntax_error(file: str) -> SyntaxError | None:
    """That of the file itself: the host's names the copy that it made."""
    try:
        compile(Path(file).read_text(encoding='utf-8'), file, 'exec')
    except SyntaxError as error:
        return error
    return None


def _in_a_line(error: Any) -> str:
    while isinstance(error, ImportError) and (error.__cause__ or error.__context__):
        error = error.__cause__ or error.__context__  # the host puts the search path of Python around it
    text = ' '.join(str(error.args[0] if isinstance(error, KeyError) and error.args else error).split())
    text = text or type(error).__name__
    text = text if len(text) <= LONGEST else f'{text[:LONGEST]}...'
    return f'there is nothing called {text}' if isinstance(error, KeyError) and text.isidentifier() else text

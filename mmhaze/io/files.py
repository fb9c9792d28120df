"""Writing files so that a name always stands for a whole file, and reading none but those of a folder."""
from __future__ import annotations

import json
import os
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import Any

# what NumPy, zipfile, gzip and zlib raise where bytes make no sense; a file may also say that it is larger than memory
NONSENSE = (ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, OSError, RuntimeError, SyntaxError,
            OverflowError, MemoryError, SystemError, TokenError, zipfile.BadZipFile, zlib.error)


def write_whole(path: Path, data: bytes) -> None:
    """Writes the file, whole or not at all, even if the process is killed; its folder is made if need be.

    A kill may leave ``.NAME.PID.part`` beside it.

    Raises:
        OSError: it cannot be written, and what was there before stays; the error names ``path``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'.{path.name}.{os.getpid()}.part')
    try:
        with part.open('wb') as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())  # else a power cut may leave the new name without the data
        part.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds no JSON, or none with names and values; the error names it.
    """
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{path} is damaged, as where it is cut short: {error}. Copy or make it again.') from error
    if not isinstance(found, dict):
        raise ValueError(f'{path} holds a {type(found).__name__} instead of names and values. Copy or make it again.')
    return found


def inside(folder: Path, name: str, where: str) -> Path:
    """The path of a file that a table names, below the folder that the table is about.

    Tables come from strangers: ``/etc/passwd`` or ``../../key.png`` in one must not be opened. Links in the folder are
    its owner's, and followed.

    Raises:
        ValueError: the name leaves the folder; the error begins with ``where``.
    """
    way = Path(os.path.normpath(name))
    if way.is_absolute() or way.parts[:1] == ('..',):
        raise ValueError(f'{where} names {name}, which is outside of {folder}. Wanted a path below it; set data_root '
                         'to a folder that holds all photos, and write paths from there.')
    return folder / name


def locate(folder: Path, name: str, where: str) -> Path:
    """The path of a file by a name that people wrote, see :func:`spell_path`; raises as it and as :func:`inside`."""
    return inside(folder, spell_path(folder, name, where), where)


def spell_path(folder: Path, name: str, where: str) -> str:
    """The name of a file as the system has it, from the name that people wrote; the file need not exist.

    Where there is no file of just this name, spaces around it are left out, and backslashes separate folders.

    Raises:
        ValueError: backslashes separate nothing here, and there is no file either way; the error begins with ``where``.
    """
    tidy = name.strip() if os.sep == '\\' else name.strip().replace('\\', '/')
    if name == tidy or os.path.exists(folder / name):
        return name
    if '\\' in name and os.sep != '\\' and not os.path.exists(folder / tidy):
        ends = ('/'.join(tidy.split('/')[first:]) for first in range(1, tidy.count('/') + 1))
        right = next((end for end in ends if end and os.path.exists(folder / end)), tidy)
        raise ValueError(f'{where} names {name}, whose backslashes separate no folders on this system, and there is no '
                         f'{folder / tidy} either. Write {right}, or where it lies.')
    return tidy

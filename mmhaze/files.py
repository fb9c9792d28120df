"""Writing files so that a name always stands for a whole file."""
from __future__ import annotations

import os
from pathlib import Path


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

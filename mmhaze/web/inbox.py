"""Where uploads pass through: a folder of its own, that holds a photo no longer than until it is read."""
from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..io.metadata import Metadata, read_metadata
from ..io.photo import read_photo

# an upload that nobody asked about is deleted after this, seconds
MOST_SECONDS = 600.0
SECONDS_BETWEEN_SWEEPS = 60.0
LONGEST_NAME = 200


class Inbox:
    """A new folder for uploads, and its end; a context manager.

    Gradio writes each upload to ``folder/HASH/NAME``. :meth:`read` takes it out. What is left there by visitors who
    leave in the middle goes after ``MOST_SECONDS``, and all else on closing.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix='mmhaze-web-')).resolve()
        self._held: set[Path] = set()
        self._closed = threading.Event()
        self._sweeper = threading.Thread(target=self._sweep_now_and_then, name='inbox', daemon=True)
        self._sweeper.start()

    def read(self, upload: Mapping[str, Any]) -> np.ndarray:
        """The photo of an upload, see :meth:`take`."""
        return self.take(upload)[0]

    def take(self, upload: Mapping[str, Any]) -> tuple[np.ndarray, Metadata]:
        """The photo of an upload, (H, W, 3) uint8 BGR, and its profile; its file is gone then, whatever came of it.

        Args:
            upload: as the page has it, with ``path`` and the visitor's ``orig_name``.

        Raises:
            ValueError: it is no photo; the message has the visitor's name of it and not its place here.
        """
        path, name = Path(upload['path']).resolve(), name_of(upload)
        if self.folder not in path.parents:
            raise ValueError(f'{name} was not uploaded here.')
        try:
            return read_photo(path), read_metadata(path)
        except FileNotFoundError:
            raise ValueError(f'{name} is not here any more, as it was uploaded too long ago or twice at once. Give it '
                             'again.') from None
        except ValueError as error:
            raise ValueError(str(error).replace(str(path), name)) from None
        except Exception as error:  # some decoders fail in ways of their own
            raise ValueError(f'{name} cannot be read as a photo: {error}.') from error
        finally:
            self.forget(upload)

    def hold(self, uploads: Iterable[Mapping[str, Any]]) -> None:
        """Keeps uploads, which will be read or forgotten one by one, from being swept however long that takes."""
        self._held.update(Path(upload['path']).resolve().parent for upload in uploads)

    def forget(self, upload: Mapping[str, Any]) -> None:
        """Deletes the file of an upload, if it is still there."""
        path = Path(upload['path']).resolve()
        if self.folder not in path.parents:
            return
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a copy under another name has the same folder
            path.parent.rmdir()
            self._held.discard(path.parent)

    def sweep(self) -> None:
        """Deletes what was uploaded ``MOST_SECONDS`` ago and nobody holds."""
        for path in set(self.folder.iterdir()) - self._held:
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime >= MOST_SECONDS:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def close(self) -> None:
        """Deletes the folder."""
        self._closed.set()
        self._sweeper.join()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _sweep_now_and_then(self) -> None:
        while not self._closed.wait(SECONDS_BETWEEN_SWEEPS):
            self.sweep()

    def __enter__(self) -> Inbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def name_of(upload: Mapping[str, Any]) -> str:
    """What the visitor calls an upload."""
    return Path(upload.get('orig_name') or upload['path']).name[:LONGEST_NAME]

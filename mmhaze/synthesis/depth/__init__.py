"""Where the depth of a photo comes from: files, a network, or a flat plain."""
from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .depth_files import FileDepth
from .ground import GroundPlane
from .network import DEPTH_ANYTHING_METRIC_OUTDOOR_SMALL, NetworkDepth

GROUND, MODEL = 'ground', 'model'


class DepthSource(Protocol):
    """Gives photos their depth; can be sent to another process."""

    @property
    def name(self) -> str:
        """All that the depth depends on besides the photo, in a short line for the manifest."""
        ...

    def depth_of(self, path: Path, photo: np.ndarray) -> np.ndarray:
        """The depth of a photo.

        Args:
            path: its file.
            photo: what is in it, (H, W, 3) uint8 BGR, upright.

        Returns:
            Metres, (H, W) float32, above 0; infinite for the sky, or where it is too far to tell.

        Raises:
            FileNotFoundError, ValueError: the photo has no depth, or none that fits; the error names the file.
        """
        ...


def find_depth_source(spec: str, **options: Any) -> DepthSource:
    """What ``spec`` means: ``ground``, ``model:NAME_OR_FOLDER``, or a folder with depth maps.

    ``model`` by itself is Depth Anything's small metric one for outdoors. A folder called so is ``./ground``.

    Args:
        spec: as above.
        options: arguments of :class:`GroundPlane`, :class:`NetworkDepth` or :class:`FileDepth`.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: an option is none of this source.
    """
    kind, _, model = spec.partition(':')
    source: Callable[..., DepthSource]
    arguments: dict[str, Any]
    if spec == GROUND:
        source, arguments = GroundPlane, {}
    elif kind == MODEL:
        source, arguments = NetworkDepth, {'model': model or DEPTH_ANYTHING_METRIC_OUTDOOR_SMALL}
    else:
        source, arguments = FileDepth, {'folder': Path(spec).expanduser()}
        if not arguments['folder'].is_dir():
            raise FileNotFoundError(f'There is no folder {spec} with depth maps. Wanted one, or "{GROUND}", or '
                                    f'"{MODEL}:" and the name or folder of a network.')
    known = set(inspect.signature(source).parameters) - set(arguments)
    if not set(options) <= known:
        raise ValueError(f'Depth from {spec!r} takes {", ".join(sorted(known))}, got '
                         f'{", ".join(sorted(set(options) - known))}.')
    return source(**arguments, **options)

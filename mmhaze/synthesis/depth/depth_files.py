"""Depth that lies in files: NumPy arrays, 16-bit PNG, FRIDA's ``.fdd`` and the disparity of Cityscapes.

What the values are, and what a pixel without one means, depends on who wrote the file, and is told by ``kind``:

==============  =====================================================  =============================================
kind            values                                                 a pixel without one
==============  =====================================================  =============================================
None            depth; times ``scale`` in metres                       0 or inf: the sky, or too far to tell
'gaps'          depth; times ``scale`` in metres                       0, less or NaN: not measured, to be filled
'cityscapes'    16-bit PNG, disparity d = (v - 1) / 256, pixels of     0, 1 or a speck: not measured, to be filled
                the full picture; depth is ``scale`` / d metres
==============  =====================================================  =============================================

How gaps are filled is told in :mod:`mmhaze.synthesis.depth.gaps`.
"""
from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ...io.arrays import parse_npy, parse_npz
from ...io.files import NONSENSE
from ..fdd import read_fdd
from .gaps import fill_gaps, find_matches
from .own import read_record

SUFFIXES = ('.npy', '.npz', '.png', '.fdd', '.fdd.gz')
KINDS = (None, 'gaps', 'cityscapes')
# Cityscapes' baseline, metres, times its focal length, pixels of the full picture
CITYSCAPES_SCALE = 0.209313 * 2262.52
CITYSCAPES_PHOTO, CITYSCAPES_SUFFIX = '_leftImg8bit', '_disparity.png'
SIXTEEN_BITS = ('I;16', 'I;16L', 'I;16B', 'I;16N', 'I')
# how far the sides of a depth map may be from those of its photo in proportion: small maps have rounded sides
ASPECT_TOLERANCE = 0.02


def read_depth(path: str | Path, kind: str | None = None, scale: float | None = None) -> np.ndarray:
    """The depth map in a file.

    Args:
        path: ``.npy``, ``.npz`` with one array, 16-bit ``.png``, ``.fdd`` or ``.fdd.gz``.
        kind: what the values are, see above.
        scale: metres for a value of 1, such as 0.01 for centimetres and 1 / 256 for KITTI. A PNG needs it; where it is
            None, arrays are in metres, and disparities those of Cityscapes. An ``.fdd`` file has none.

    Returns:
        Metres, (h, w) float32, above 0; infinite for the sky.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file cannot be read as depth in this way.
    """
    path = Path(path)
    if kind not in KINDS:
        raise ValueError(f'kind must be one of {KINDS}, got {kind!r}.')
    if not path.is_file():
        raise FileNotFoundError(f'There is no depth map {path}.')
    values = _read_values(path)
    if values.ndim != 2 or not values.size or values.dtype.kind not in 'fiu':
        raise ValueError(f'{path} holds an array of {values.shape} {values.dtype}, wanted depth as (h, w) numbers.')
    values = values.astype(np.float32)
    depth: np.ndarray
    if kind == 'cityscapes':
        known = find_matches(values)
        scale = _find_scale(path, CITYSCAPES_SCALE if scale is None else scale)
        depth = np.float32(scale) / (np.maximum(values - 1, 1) / 256)
    else:
        depth = values * np.float32(_find_scale(path, scale))
        known = depth > 0
    if kind:
        if not known.any():
            raise ValueError(f'{path} has no value at all.')
        return fill_gaps(depth, known)
    depth[depth == 0] = np.inf
    if not depth.min() > 0:
        raise ValueError(f'{path} holds {np.isnan(depth).sum()} NaN and {(depth < 0).sum()} values below 0; depth is '
                         "above 0, and 0 for the sky. Where those are gaps in a measurement, pass the kind 'gaps'.")
    return depth


def resize_depth(depth: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Depth at another size, by linear interpolation of its inverse.

    The inverse depth of a plane, such as a road or a wall, is linear over the picture, so planes stay what they are,
    and the sky, where it is 0, needs no case of its own.

    Args:
        depth: metres, (h, w) float32, above 0, may be infinite.
        shape: (H, W) of the result.
    """
    if depth.shape == shape:
        return depth
    shrinks = shape[0] < depth.shape[0]
    inverse = cv2.resize(1 / depth, shape[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    with np.errstate(divide='ignore'):
        return 1 / inverse


def read_depth_of(path: Path, photo: np.ndarray, file: Path, kind: str | None = None,
                  scale: float | None = None) -> np.ndarray:
    """The depth of a photo, at its size.

    Args:
        path: of the photo, for messages.
        photo: (H, W, 3) uint8 BGR.
        file: the depth map; of another size, its sides may be up to 2 % off the photo's proportions.
        kind, scale: see :func:`read_depth`.

    Returns:
        Metres, (H, W) float32, above 0; infinite for the sky.

    Raises:
        FileNotFoundError, ValueError: as :func:`read_depth` says, or the proportions differ.
    """
    depth = read_depth(file, kind, scale)
    (height, width), (rows, columns) = photo.shape[:2], depth.shape
    if abs(rows * width / (columns * height) - 1) > ASPECT_TOLERANCE:
        raise ValueError(f'The depth map {file} is {columns}x{rows}, and its photo {path} is {width}x{height}, when '
                         'turned upright: their proportions must agree within 2 %. Give the depth map of this photo.')
    return resize_depth(depth, (height, width))


class FileDepth:
    """Depth maps in a folder that is laid out as that of the photos is.

    The depth of ``street/7.jpg`` is ``street/7.jpg.png`` or ``street/7.png``, or that with another suffix. That of
    ``aachen_1_leftImg8bit.png`` is ``aachen_1_disparity.png`` where the kind is 'cityscapes'.

    Args:
        folder: of the depth maps.
        kind, scale: see :func:`read_depth`; a folder that :class:`~.network.NetworkDepth` wrote knows its own.
        suffix: how the names of the depth maps end after that of the photo, such as ``_depth.png``; any of ``SUFFIXES``
            where it is None.
        root: the folder of the photos. Where it is None, all depth maps lie in ``folder`` itself.

    Raises:
        FileNotFoundError: there is no such folder.
    """

    def __init__(self, folder: str | Path, kind: str | None = None, scale: float | None = None,
                 suffix: str | None = None, root: str | Path | None = None) -> None:
        self.folder, self.kind, self.scale, self.suffix = Path(folder), kind, scale, suffix
        self.root = None if root is None else Path(os.path.abspath(root))
        if not self.folder.is_dir():
            raise FileNotFoundError(f'There is no folder {self.folder} with depth maps.')
        if suffix is None and kind == 'cityscapes':
            self.suffix = CITYSCAPES_SUFFIX
        record = read_record(self.folder) if kind is None and scale is None else None
        if record is not None:
            self.name, self.scale = record['source'], record['scale']
        else:
            options = (f' {key}={value}' for key, value in (('kind', kind), ('scale', scale)) if value is not None)
            self.name = f'files {self.folder.resolve().name}{"".join(options)}'

    def depth_of(self, path: Path, photo: np.ndarray) -> np.ndarray:
        """See :class:`mmhaze.synthesis.depth.DepthSource`."""
        return read_depth_of(path, photo, self.find(path), self.kind, self.scale)

    def find(self, path: Path) -> Path:
        """The depth map of a photo.

        Raises:
            FileNotFoundError: it has none.
            ValueError: it has several, or does not lie in the folder of the photos.
        """
        place = self._place(path)
        stems = dict.fromkeys((place.name, place.stem))
        if self.kind == 'cityscapes' and place.stem.endswith(CITYSCAPES_PHOTO):
            stems = {place.stem[:-len(CITYSCAPES_PHOTO)]: None}
        names = [stem + suffix for stem in stems for suffix in ((self.suffix,) if self.suffix else SUFFIXES)]
        # a photo that lies among the depth maps is none of its own
        files = [file for file in (self.folder / place.parent / name for name in names)
                 if file.is_file() and not (file.name == path.name and file.samefile(path))]
        if not files:
            raise FileNotFoundError(f'{path} has no depth map in {self.folder / place.parent}. Looked for '
                                    f'{", ".join(names)}.')
        if len(files) > 1:
            raise ValueError(f'{path} has several depth maps: {files[0]} and {files[1]}. Say which by a suffix, or '
                             'take one away.')
        return files[0]

    def _place(self, path: Path) -> Path:
        if self.root is None:
            return Path(path.name)
        try:
            return Path(os.path.abspath(path)).relative_to(self.root)
        except ValueError:
            raise ValueError(f'{path} does not lie in {self.root}, the folder of the photos, so its depth map is '
                             f'nowhere in {self.folder}.') from None


def _find_scale(path: Path, scale: float | None) -> float:
    suffix = path.suffix.lower()
    if scale is not None and not 0 < scale < np.inf:
        raise ValueError(f'scale is how many metres a value of 1 is, above 0, got {scale}.')
    if suffix == '.png' and scale is None:
        raise ValueError(f'{path} does not say what its values are: give the scale, metres for a value of 1, such as '
                         '0.01 for centimetres or 1 / 256 for KITTI.')
    if suffix in ('.fdd', '.gz') and scale is not None:
        raise ValueError(f'{path} is in millimetres by its format, and takes no scale.')
    return 1.0 if scale is None else scale


def _read_values(path: Path) -> np.ndarray:
    suffix = path.suffix.lower()
    if path.name.lower().endswith(('.fdd', '.fdd.gz')):
        return read_fdd(path)
    try:
        if suffix == '.npy':
            return parse_npy(path.read_bytes())
        if suffix == '.npz':
            arrays = parse_npz(path.read_bytes())
            if len(arrays) != 1:
                raise ValueError(f'it holds {len(arrays)} arrays, wanted one')
            return next(iter(arrays.values()))
        if suffix == '.png':
            with Image.open(path) as image:
                if image.mode not in SIXTEEN_BITS:
                    raise ValueError(f'its mode is {image.mode}, wanted grey of 16 bits')
                return np.asarray(image)
    except NONSENSE as error:
        reason = str(error) or type(error).__name__
        raise ValueError(f'{path} cannot be read as a depth map: {reason}. Copy it again from its source.') from error
    raise ValueError(f'{path} is no depth map: wanted one of {", ".join(SUFFIXES)}.')

"""Reading a photo, in one place: what is accepted, what is refused, and in which words."""
from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from .formats import REDUCED, REPAIR, SUBFILE_TYPE, NoPhoto, Source, open_image
from .given import advise, describe
from .pixels import to_rgb

# those of which several frames are several pictures; the second one of an MPO is another view, or a map of brightness
ANIMATED = ('GIF', 'WEBP', 'PNG', 'TIFF', 'AVIF', 'HEIF')


def warn(text: str) -> None:
    """Says something of a photo that was read."""
    warnings.warn(text, stacklevel=5)


def read_photo(source: Source, note: Callable[[str], None] = warn, name: str | None = None) -> np.ndarray:
    """Reads a photo upright, as OpenCV and mmcv have it.

    Grey photos get three equal channels. Of 16 bits the upper 8 are kept, as OpenCV does; where they would be nearly
    black, as those of a camera of 10, 12 or 14 bits are, the photo is refused. An alpha channel is dropped where it is
    opaque everywhere; one with transparent pixels is refused, as what they look like is not in the file. A photo that
    lies on its side and says so in its EXIF data is turned; where those are damaged it stays as it is.

    Args:
        source: a file that Pillow can read, by its path, its bytes or as it is open; HEIC by pillow-heif, if installed.
        note: told what is to be known of a photo that was read: of several frames the first is taken.
        name: what the photo is called; by default its path.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        FileNotFoundError: there is no such file.
        TypeError: ``source`` is none of these.
        ValueError: the file is no photo, is cut short, or holds values that cannot be shown in 8 bits a channel.
    """
    return _read(source, note, name, None)[0]


def read_reduced(source: Source, enough: Callable[[int, int], tuple[int, int]], note: Callable[[str], None] = warn,
                 name: str | None = None) -> tuple[np.ndarray, tuple[int, int]]:
    """Reads a photo for a small copy of it: a JPEG is decoded at 1/2, 1/4 or 1/8 of its size, which is faster.

    Args:
        enough: says from height and width what is to be left of them at least. It may be asked of a photo that lies on
            its side.
        source, note, name: see :func:`read_photo`.

    Returns:
        (h, w, 3) uint8, BGR; and the whole photo's (H, W).
    """
    return _read(source, note, name, enough)


def photo_of(image: Image.Image, name: str = 'the image') -> np.ndarray:
    """The same from an image that Pillow has open, of its frame; ``name`` is for the error.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        ValueError: see :func:`read_photo`.
    """
    with _refusing(name):
        return cv2.cvtColor(to_rgb(image), cv2.COLOR_RGB2BGR)


def _read(source: Source, note: Callable[[str], None], name: str | None,
          enough: Callable[[int, int], tuple[int, int]] | None) -> tuple[np.ndarray, tuple[int, int]]:
    called = name or (str(source) if isinstance(source, (str, Path)) else 'the photo')
    if isinstance(source, (str, Path)):
        _check_file(source, called)
    elif not isinstance(source, bytes) and not hasattr(source, 'read'):
        raise TypeError(f'{called}: wanted its path, its bytes or an open file, got {describe(source)}.'
                        f'{advise(source)}')
    with _refusing(called), open_image(source) as image:
        width, height = image.size
        if enough is not None:
            image.draft(None, enough(height, width)[::-1])  # but for a JPEG it does nothing
        drafted = image.size
        # Pillow rather than OpenCV, which fills what is missing of a truncated JPEG with grey and says nothing
        rgb = to_rgb(image, lambda: _bytes_of(source))
        frames = _count_frames(image)
    if frames > 1:
        note(f'{called} has {frames} frames, of which the first is taken.')
    lay = rgb.shape[:2] != drafted[::-1]  # on its side, and was turned
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), (width, height) if lay else (height, width)


def to_unit_rgb(img: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 BGR, as photos are read -> (3, H, W) float32 RGB in [0, 1], as dehazers take them."""
    rgb = np.ascontiguousarray(img[..., ::-1].transpose(2, 0, 1), np.float32)
    rgb /= 255
    return rgb


def from_unit_rgb(rgb: np.ndarray) -> np.ndarray:
    """(3, H, W) float RGB -> (H, W, 3) uint8 BGR; cut to [0, 1] and rounded."""
    img = np.empty((*rgb.shape[1:], 3), np.uint8)
    for channel, plane in enumerate(rgb[::-1]):  # one at a time, as a large photo fills the memory
        img[..., channel] = (plane.clip(0, 1) * 255).round()
    return img


@contextmanager
def _refusing(called: str) -> Iterator[None]:
    """Makes a ValueError that names the photo of whatever decoders raise."""
    try:
        yield
    except NoPhoto as error:
        raise ValueError(f'{called} cannot be read as a photo: {error}.') from error
    except Image.DecompressionBombError as error:
        raise ValueError(f'{called} cannot be read as a photo: {_reason(error)}. Shrink it or take it out.') from error
    # RuntimeError is what the AVIF plugin raises on a damaged file
    except (OSError, SyntaxError, ValueError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno:
            raise ValueError(f'{called} cannot be opened: {error.strerror}.') from error
        raise ValueError(f'{called} cannot be read as a photo: {_reason(error)}. {REPAIR}.') from error


def _reason(error: Exception) -> str:
    return ' '.join(str(error).split()).rstrip('.') or type(error).__name__


def _check_file(path: str | Path, called: str) -> None:
    """Before a pipe is waited for."""
    if str(path) == '':
        raise ValueError("wanted the path of a photo, got ''.")
    if not os.path.exists(path):
        raise FileNotFoundError(f'There is no photo {called}.')
    if not os.path.isfile(path):
        kind = 'a folder' if os.path.isdir(path) else 'a pipe, a socket or a device'
        raise ValueError(f'{called} is {kind}, wanted a photo.')


def _bytes_of(source: Source) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, (str, Path)):
        return Path(source).read_bytes()
    source.seek(0)
    return source.read()


def _count_frames(image: Image.Image) -> int:
    """Of as many frames the first was read; smaller copies of a page of a TIFF are none."""
    if image.format not in ANIMATED or not getattr(image, 'is_animated', False):
        return 1
    count = getattr(image, 'n_frames', 1)
    if image.format != 'TIFF':
        return count
    return count - sum(_is_smaller_copy(image, page) for page in range(1, count))


def _is_smaller_copy(image: Any, page: int) -> bool:
    image.seek(page)
    return bool(image.tag_v2.get(SUBFILE_TYPE, 0) & REDUCED)

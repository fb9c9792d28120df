"""What an inferencer may be given, made into one list of photos to read."""
from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Union

import numpy as np
from PIL import Image

from ..io.given import WANTED, advise, as_photo, content_of, describe, is_open
from ..io.media import Photos, Video, find_media, until
from ..io.photo import photo_of, read_photo
from ..io.search import PERHAPS_PHOTOS

PhotoInput = Union[str, Path, bytes, BinaryIO, np.ndarray, Image.Image]
# what is one input, or none, though Python could go through it
SINGLE = (str, os.PathLike, bytes, bytearray, memoryview, np.ndarray, Image.Image, Mapping)


@dataclass(frozen=True)
class PhotoSource:
    """A photo that can be read.

    Attributes:
        name: its path, or its place among the inputs, such as ``'image 3'``.
        read: gives (H, W, 3) uint8 BGR; a ValueError or FileNotFoundError says what is wrong with it.
    """

    name: str
    read: Callable[[], np.ndarray]


def list_photos(inputs: PhotoInput | Iterable[PhotoInput]) -> list[PhotoSource]:
    """The photos that ``inputs`` stand for, none of them decoded yet; none for an empty list.

    Args:
        inputs: one or several of: a path of a photo, of a folder with photos at any depth, or a pattern; an array,
            (H, W, 3) uint8 BGR as OpenCV has it, grey, (H, W) or (H, W, 1), or opaque BGRA; a PIL image; a photo's file
            as bytes, or open in binary mode, such as an upload, which is read from its beginning.

    Raises:
        FileNotFoundError: there is nothing at a path.
        TypeError: an input is none of these.
        ValueError: an input is a URL, a video or a camera.
    """
    several = isinstance(inputs, Iterable) and not isinstance(inputs, SINGLE) and not is_open(inputs) \
        and not hasattr(inputs, 'detach')
    found: list[PhotoSource] = []
    for place, each in enumerate(inputs if several else [inputs]):  # type: ignore[arg-type]
        found += _find(each, f'image {place}')
    return found


def _find(given: Any, name: str) -> list[PhotoSource]:
    if isinstance(given, (str, os.PathLike)):
        return _find_files(os.fspath(given), name)
    if isinstance(given, np.ndarray):
        return [PhotoSource(name, partial(as_photo, given, name))]
    if isinstance(given, Image.Image):
        return [PhotoSource(name, partial(photo_of, given, name))]
    if isinstance(given, (bytes, bytearray, memoryview)) or is_open(given):
        return [PhotoSource(name, partial(read_photo, content_of(given, name), name=name))]
    raise TypeError(f'{name} is {describe(given)}, {WANTED}.{advise(given)}')


def sources_of(photos: Photos, stopped: Callable[[], bool], note: Callable[[str], None]) -> Iterator[PhotoSource]:
    """The photos that a job goes through, by their names in it, as long as ``stopped`` does not say so.

    Args:
        note: told on any thread what is to be known of a photo that was read, perhaps twice.
    """
    return (PhotoSource(name, partial(read_photo, photos.root / name, note)) for name in until(photos.names, stopped))


def problem_of(error: Exception, name: str) -> str:
    """Why a photo of this name could not be read; some decoders fail in ways of their own."""
    known = isinstance(error, (ValueError, FileNotFoundError))
    return str(error) if known else f'{name} cannot be read as a photo: {error}.'


def _find_files(path: str, name: str) -> list[PhotoSource]:
    if not path:
        raise ValueError(f"{name} is '', {WANTED}.")
    media = find_media([path])
    if isinstance(media, Video):
        raise ValueError(f'{path} is a video or a camera, wanted photos. Give its frames as arrays, or use '
                         'mmhaze haze.')
    if media.unlisted:
        raise ValueError(media.unlisted[0])
    if any(reason in PERHAPS_PHOTOS for reason in media.passed.found.values()):
        warnings.warn(f'{path}: {media.passed}', stacklevel=5)
    return [PhotoSource(str(media.root / name), partial(read_photo, media.root / name)) for name in media.names]

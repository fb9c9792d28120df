"""What an inferencer may be given, made into one list of photos to read."""
from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Union

import numpy as np
from PIL import Image

from ..io.media import Photos, Video, find_media, until
from ..io.photo import photo_of, read_photo
from ..io.search import PERHAPS_PHOTOS

PhotoInput = Union[str, Path, np.ndarray, Image.Image]


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
    """The photos that ``inputs`` stand for, none of them read yet.

    Args:
        inputs: one or several of: a path of a photo, of a folder with photos at any depth, or a pattern; an array,
            (H, W, 3) uint8 BGR as OpenCV has it, or (H, W) uint8 grey; a PIL image.

    Raises:
        FileNotFoundError: there is nothing at a path.
        TypeError: an input is none of these.
        ValueError: an input is a URL, a video or a camera.
    """
    if isinstance(inputs, (str, Path, np.ndarray, Image.Image)):
        inputs = [inputs]
    found: list[PhotoSource] = []
    for place, each in enumerate(inputs):
        name = f'image {place}'
        if isinstance(each, (str, Path)):
            found += _find_files(str(each))
        elif isinstance(each, np.ndarray):
            found.append(PhotoSource(name, partial(_check_array, each, name)))
        elif isinstance(each, Image.Image):
            found.append(PhotoSource(name, partial(photo_of, each, name)))
        else:
            raise TypeError(f'{name} is a {type(each).__name__}, wanted a path, an array or a PIL image.')
    return found


def sources_of(photos: Photos, stopped: Callable[[], bool]) -> Iterator[PhotoSource]:
    """The photos that a job goes through, by their names in it, as long as ``stopped`` does not say so."""
    return (PhotoSource(name, partial(read_photo, photos.root / name)) for name in until(photos.names, stopped))


def problem_of(error: Exception, name: str) -> str:
    """Why a photo of this name could not be read; some decoders fail in ways of their own."""
    known = isinstance(error, (ValueError, FileNotFoundError))
    return str(error) if known else f'{name} cannot be read as a photo: {error}.'


def _find_files(path: str) -> list[PhotoSource]:
    media = find_media([path])
    if isinstance(media, Video):
        raise ValueError(f'{path} is a video or a camera, wanted photos. Give its frames as arrays, or use '
                         'mmhaze haze.')
    if media.unlisted:
        raise ValueError(media.unlisted[0])
    if any(reason in PERHAPS_PHOTOS for reason in media.passed.found.values()):
        warnings.warn(f'{path}: {media.passed}', stacklevel=4)
    return [PhotoSource(str(media.root / name), partial(read_photo, media.root / name)) for name in media.names]


def _check_array(img: np.ndarray, name: str) -> np.ndarray:
    if img.dtype != np.uint8 or img.ndim not in (2, 3) or img.shape[2:] not in ((), (3,)) or not img.size:
        raise ValueError(f'{name} is an array of {img.shape} {img.dtype}, wanted (H, W, 3) uint8 in the order BGR, or '
                         '(H, W) uint8. For floats in [0, 1] pass (img * 255).round().astype(np.uint8).')
    return np.repeat(img[..., None], 3, axis=2) if img.ndim == 2 else img

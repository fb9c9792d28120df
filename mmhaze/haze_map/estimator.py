"""Photos in, haze maps out."""
from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Union

import numpy as np
from PIL import Image

from ..io.given import WANTED, advise, as_photo, content_of, describe, is_open
from ..io.photo import photo_of, read_reduced, to_unit_rgb
from ..io.resizing import resize
from .haze_map import HazeMap, share_of_haze
from .haze_network import Answers, load_network
from .sizes import input_shape

PhotoGiven = Union[str, Path, bytes, BinaryIO, np.ndarray, Image.Image]
BLANK_SPREAD, BLANK_CONTRAST = 0.5, 0.02  # see least_spread
MARGIN = 3  # a JPEG is decoded at no less than so many times the size that the network sees: its means stay


class HazeEstimator:
    """Tells how hazy photos are, with the network that comes with mmhaze.

    Args:
        device: ``'cpu'``, where neither torch nor a host is imported; or an accelerator as torch names it, ``'cuda'``
            or ``'cuda:1'``. The numbers are the same to 1e-3.
        threads: how many threads a photo takes on a processor; by default 1, as processes side by side
            want it.

    Raises:
        ImportError: the device wants torch, which is not installed.
        ValueError: there is no such device here, ``threads`` is below 1, or the weights were altered.
        FileNotFoundError: the weights are missing.

    >>> import numpy as np
    >>> grey = np.full((120, 160, 3), 200, np.uint8)
    >>> found = HazeEstimator()(grey)
    >>> 0 <= found.haze <= 1, found.transmission.shape, found.probabilities.shape
    (True, (120, 160), (5,))
    """

    def __init__(self, device: str = 'cpu', threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f'threads must be at least 1, got {threads}.')
        self.device = device
        self._network = load_network(device, threads or 1)

    def __call__(self, photo: PhotoGiven) -> HazeMap:
        """The haze of one photo.

        Args:
            photo: its path, its bytes or an open file; (H, W, 3) uint8 BGR, as OpenCV has it, grey, (H, W), or opaque
                BGRA; or a PIL image.

        Raises:
            FileNotFoundError: there is no such file.
            TypeError: it is none of these.
            ValueError: it cannot be read as a photo, see :func:`mmhaze.io.photo.read_photo`.
        """
        return self._answer([_prepare(photo, 'the photo')])[0]

    def many(self, photos: Iterable[PhotoGiven], batch_size: int = 16) -> Iterator[HazeMap]:
        """The haze of each photo, in their order.

        Args:
            photos: each as for a single one; read as they are needed.
            batch_size: how many the network sees at once on an accelerator, where they follow each other with one
                aspect; a processor takes one after the other, which is as fast.
        """
        if batch_size < 1:
            raise ValueError(f'batch_size must be at least 1, got {batch_size}.')
        most = 1 if self.device in ('cpu', 'cpu:0') else batch_size
        batch: list[_Prepared] = []
        for place, photo in enumerate(photos):
            prepared = _prepare(photo, f'photo {place}')
            if batch and (len(batch) == most or batch[0].seen.shape != prepared.seen.shape):
                yield from self._answer(batch)
                batch = []
            batch.append(prepared)
        if batch:
            yield from self._answer(batch)

    def _answer(self, batch: list[_Prepared]) -> list[HazeMap]:
        answers = self._network(np.stack([each.seen for each in batch]))
        return [_map_of(answers, place, each) for place, each in enumerate(batch)]


@lru_cache(maxsize=4)
def _estimator(device: str) -> HazeEstimator:
    return HazeEstimator(device)


def estimate_haze(photo: PhotoGiven, device: str = 'cpu') -> HazeMap:
    """How hazy a photo is and where; arguments, result and errors are those of :class:`HazeEstimator`.

    >>> import mmhaze, numpy as np
    >>> found = mmhaze.estimate_haze(np.full((120, 160, 3), 200, np.uint8))
    >>> found.name in ('clear', 'slight', 'moderate', 'dense', 'very dense')
    True
    """
    return _estimator(str(device))(photo)


def least_spread(seen: np.ndarray) -> float:
    r"""The least spread of the haze of a photo that shows next to nothing: :math:`0.5\,e^{-c / 0.02}`.

    A plain wall and dense fog are the same picture, so nobody can be sure of either. c is the standard deviation of the
    brightness, and from 0.1 on, as nearly all photos have it, this says nothing.

    Args:
        seen: the photo as the network sees it, (3, h, w) float32 in [0, 1].
    """
    return BLANK_SPREAD * float(np.exp(-seen.mean(axis=0).std() / BLANK_CONTRAST))


class _Prepared(NamedTuple):
    seen: np.ndarray  # (3, h, w) float32 RGB in [0, 1]
    shape: tuple[int, int]  # of the photo
    photo: np.ndarray | bytes | str


def _prepare(given: Any, name: str) -> _Prepared:
    source: Any
    if isinstance(given, (str, os.PathLike)):
        source = os.path.abspath(os.fspath(given)) if os.fspath(given) else ''
    elif isinstance(given, (np.ndarray, Image.Image)):
        source = as_photo(given, name) if isinstance(given, np.ndarray) else photo_of(given, name)
    elif isinstance(given, (bytes, bytearray, memoryview)) or is_open(given):
        source = content_of(given, name)
    else:
        raise TypeError(f'{name} is {describe(given)}, {WANTED}.{advise(given)}')
    if isinstance(source, np.ndarray):
        img, shape = source, source.shape[:2]
    else:
        called = str(given) if isinstance(source, str) else name
        img, shape = read_reduced(source, _enough, name=called)
    return _Prepared(to_unit_rgb(resize(img, input_shape(*shape))), shape, source)


def _enough(height: int, width: int) -> tuple[int, int]:
    h, w = input_shape(height, width)
    return MARGIN * h, MARGIN * w


def _map_of(answers: Answers, place: int, prepared: _Prepared) -> HazeMap:
    maps = {name: getattr(answers, name)[place, 0] for name in ('transmission', 'sky', 'spread')}
    spread = max(float(answers.doubt[place, 0]), least_spread(prepared.seen))
    return HazeMap(share_of_haze(maps['transmission'], maps['sky']), spread,
                   answers.airlight[place, ::-1].copy(), maps, prepared.shape, prepared.photo)

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Union

import cv2
import numpy as np
import torch
from torch import Tensor

from ..io.devices import check_device
from ..io.given import check_photo
from ..io.media import map_in_order
from ..io.photo import from_unit_rgb, to_unit_rgb
from ..io.progress import show_progress
from ..models.dehazers import BaseDehazer, DarkChannelPrior, HazeMapDehazer
from ..models.dehazers.published import own_names
from ..models.guidance import GuidedDehazer
from ..models.trained import build_network
from ..registry import MODELS
from ..runtime.checkpoints import load_checkpoint, weights_of
from ..runtime.configs import read_config
from ..runtime.settings import check_settings
from ..runtime.shipped import find_config
from .inferencer import HazeInferencer, HazePrediction
from .inputs import PhotoInput, PhotoSource, list_photos, problem_of
from .tiles import in_tiles

DEFAULT = 'haze-map'      # the config that is taken where none is given
UNTRAINED = (DarkChannelPrior, HazeMapDehazer)
BY_LEVEL = 'level'
MOST_PASSES = 4           # by level
CLEAR_LEVEL = 0.5         # below it there is nothing to take away
LEAST_GAIN = 0.1          # levels that one more pass has to gain
LARGE = 4_000_000         # pixels, from which a network with a narrow view goes by tiles
TILE, OVERLAP = 1024, 64  # pixels

# a photo that was read, or why it could not be
Read = Union[np.ndarray, str]


def _nothing() -> np.ndarray:
    return np.zeros((0, 0, 3), np.uint8)


@dataclass(frozen=True)
class DehazeResult:
    """A photo without its haze.

    Attributes:
        file: its path, or its place among the inputs, such as ``'image 3'``.
        hazy: as it was, (H, W, 3) uint8 BGR.
        dehazed: the same without haze.
        passes: how often the network was gone through.
        before, after: how hazy each of them is; None without a judge.
        seconds: of the network, without reading and the judge.
        problem: why the photo could not be read; all else is empty then.
    """

    file: str
    hazy: np.ndarray = field(default_factory=_nothing)
    dehazed: np.ndarray = field(default_factory=_nothing)
    passes: int = 0
    before: HazePrediction | None = None
    after: HazePrediction | None = None
    seconds: float = 0.0
    problem: str | None = None


class DehazeInferencer:
    """Takes the haze away from photos: with a trained network, or, without one, by the network in the box.

    ::

        dehaze = mmhaze.DehazeInferencer('mixdehazenet-t_haze-wild', checkpoint='iter_10000.pth')
        cv2.imwrite('clear.png', dehaze('photo.jpg')[0].dehazed)

        judge = mmhaze.HazeInferencer('resnet18_haze-wild', checkpoint='epoch_20.pth')
        result = mmhaze.DehazeInferencer(judge=judge)('photo.jpg')[0]
        print(result.before.level, result.after.level)

    Args:
        model: a config file, or the name of one of mmhaze's; None for ``'haze-map'``, the
            scattering model with what the network in the box sees. ``'dcp'``, the dark channel prior, needs no
            checkpoint either.
        device: such as ``'cuda:0'``; by default the accelerator if there is one.
        checkpoint: the weights of ``model``, of mmhaze or as the authors of MixDehazeNet, gUNet and AOD-Net published
            them. Nothing is ever downloaded.
        judge: says how hazy each photo is before and after; by default, for ``passes='level'``, the network in the box.
        passes: how often each photo goes through the network; or ``'level'``: as long as the judge's mean level is
            above 0.5 and each time falls by a tenth of a level or more, four times at most.
        tile: side of tiles, pixels, in which a large photo goes through the network; None takes it as a whole, but for
            networks with a narrow view, to which it makes no difference, and which take photos of more than 4
            megapixels in tiles.
        overlap: of the tiles, pixels.
        unsafe_tiles: allows tiles for a network that looks at the whole photo, say by pooling. Each tile is then
            dehazed by what is seen in it alone, and their brightness differs.
        domain: what is in the photos, for a network that is told in words, such as ``'indoor'``; by default a bit of
            each of its domains.
        half: uses half precision (bfloat16 on a processor, float16 elsewhere) where torch thinks it safe.
        workers: threads that read photos; by default as many as cores.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: they do not fit one another, the config is not that of a dehazer, there is no such device, or
            an argument is none of these.
    """

    def __init__(self,
                 model: str | Path | None = None,
                 device: str | torch.device | None = None,
                 *,
                 checkpoint: str | Path | None = None,
                 judge: HazeInferencer | None = None,
                 passes: int | str = 1,
                 tile: int | None = None,
                 overlap: int = OVERLAP,
                 unsafe_tiles: bool = False,
                 domain: str | None = None,
                 half: bool = False,
                 workers: int | None = None) -> None:
        self.network = _load(DEFAULT if model is None else model, checkpoint, device)
        self.device = self.network.data_preprocessor.device if device is None else torch.device(device)
        if passes == BY_LEVEL and judge is None:
            judge = HazeInferencer()
        if passes != BY_LEVEL and (isinstance(passes, str) or passes < 1):
            raise ValueError(f"passes is at least 1, or 'level', got {passes!r}.")
        if domain is not None and not isinstance(self.network, GuidedDehazer):
            raise ValueError(f'domain is for a GuidedDehazer, got {domain!r} for a {type(self.network).__name__}.')
        if isinstance(self.network, GuidedDehazer):
            self.network.set_domain(domain)
        if tile is not None:
            _check_tiles(self.network, tile, overlap, unsafe_tiles)
        self.judge, self.passes, self.tile, self.overlap, self.half = judge, passes, tile, overlap, half
        self.workers = workers or cv2.getNumberOfCPUs()

    def __call__(self, inputs: PhotoInput | Iterable[PhotoInput], *, keep_going: bool = False,
                 progress: bool = True) -> list[DehazeResult]:
        """The photos without haze, in the order of the inputs; all of them in memory, unlike :meth:`stream`.

        Args:
            inputs, keep_going: those of :meth:`stream`.
            progress: whether to show how far it is, on standard error, where there are several photos.
        """
        photos = list_photos(inputs)
        found = self.stream_sources(photos, keep_going)
        if not progress or len(photos) < 2:
            return list(found)
        results = []
        with show_progress(len(photos), label='Dehazing', unit='photos') as advance:
            for result in found:
                results.append(result)
                advance(1)
        return results

    def stream(self, inputs: PhotoInput | Iterable[PhotoInput], keep_going: bool = False) -> Iterator[DehazeResult]:
        """The same one by one; photos are read ahead of the network.

        Args:
            inputs: see :func:`mmhaze.apis.inputs.list_photos`.
            keep_going: whether a photo that cannot be read gives a result with its ``problem``, instead of the error.

        Raises:
            FileNotFoundError: there is nothing at a path.
            TypeError, ValueError: an input is no photo, or is too large for the memory.
        """
        return self.stream_sources(list_photos(inputs), keep_going)

    def stream_sources(self, photos: Iterable[PhotoSource], keep_going: bool = False) -> Iterator[DehazeResult]:
        """As :meth:`stream`, of photos that are named one by one, such as the frames of a camera."""
        for name, img in map_in_order(lambda photo: (photo.name, _read(photo, keep_going)), photos, self.workers):
            try:
                yield DehazeResult(name, problem=img) if isinstance(img, str) else self.dehaze(img, name)
            except ValueError as error:
                if not keep_going:
                    raise
                yield DehazeResult(name, problem=str(error))

    def dehaze(self, img: np.ndarray, name: str = 'the photo') -> DehazeResult:
        """One photo, (H, W, 3) uint8 BGR; ``name`` is for the result.

        Raises:
            ValueError: it is no such photo, or too large for the memory.
        """
        check_photo(img, name)
        try:
            return self._dehaze(img, name)
        except (RuntimeError, MemoryError, cv2.error) as error:
            if 'memory' not in str(error).lower() and not isinstance(error, MemoryError):
                raise
            tiles = '' if self.network.whole_photo else ', or give tile=1024'
            raise ValueError(f'{name} has {img.shape[1]} x {img.shape[0]} pixels, too many for the memory. Shrink it, '
                             f'or say half=True{tiles}.') from error

    def _dehaze(self, img: np.ndarray, name: str) -> DehazeResult:
        before = after = self._judge(img, name)
        best, done, seconds = img, 0, 0.0
        photo = torch.from_numpy(to_unit_rgb(img))[None].to(self.device)
        by_level = self.passes == BY_LEVEL
        while done < (MOST_PASSES if by_level else int(self.passes)):
            if by_level and _level(after) < CLEAR_LEVEL:
                break
            start = time.perf_counter()
            photo = self._pass(photo)
            seconds += time.perf_counter() - start
            now = from_unit_rgb(photo[0].float().cpu().numpy())
            if by_level:
                seen = self._judge(now, name)
                if _level(seen) > _level(after) - LEAST_GAIN:
                    break
                after = seen
            best, done = now, done + 1
        return DehazeResult(name, img, best, done, before, after if by_level else self._judge(best, name), seconds)

    @torch.inference_mode()
    def _pass(self, photo: Tensor) -> Tensor:
        """Once through the network, (1, 3, H, W) RGB in [0, 1]."""
        height, width = photo.shape[2:]
        tile = self.tile
        if tile is None and height * width > LARGE and not self.network.whole_photo:
            tile = TILE
        kind = self.device.type
        half = torch.autocast(kind, torch.bfloat16 if kind == 'cpu' else torch.float16) if self.half else nullcontext()
        with half:
            found = in_tiles(self.network.dehaze, photo, tile, self.overlap) if tile else self.network.dehaze(photo)
        return found.clamp_(0, 1)

    def _judge(self, img: np.ndarray, name: str) -> HazePrediction | None:
        if self.judge is None:
            return None
        return next(iter(self.judge.stream_sources([PhotoSource(name, lambda: img)], 1)))


def _level(prediction: HazePrediction | None) -> float:
    """The mean level by the judge."""
    if prediction is None or prediction.expected_level is None:
        raise ValueError('The judge gives no level.')
    return prediction.expected_level


def _load(model: str | Path, checkpoint: str | Path | None, device: str | torch.device | None) -> BaseDehazer:
    check_device(device)  # before what takes long
    path = find_config(model)
    config = read_config(path)
    check_settings(config, path, ('model',))
    kind = MODELS.get(config.model.type)
    if kind is None or not issubclass(kind, BaseDehazer):
        raise ValueError(f'{path} is not the config of a dehazer but of {config.model.type}. Wanted one such as '
                         'mixdehazenet-t_haze-wild.')
    config.model.losses = {}  # they may carry an extractor, which is for training
    if checkpoint is None:
        if kind not in UNTRAINED:
            raise ValueError(f'{path} wants a checkpoint. Only {DEFAULT} and dcp, the dark channel prior, need none.')
        return build_network(config, {}, path, '', device)
    state = load_checkpoint(checkpoint)
    return build_network(config, own_names(weights_of(state)), path, checkpoint, device)


def _check_tiles(network: BaseDehazer, tile: int, overlap: int, unsafe: bool) -> None:
    if not 4 <= overlap <= tile // 2:
        raise ValueError(f'tile is at least 8 pixels and overlap from 4 to half of it, got {tile} and {overlap}.')
    if network.whole_photo and not unsafe:
        raise ValueError(f'{type(network).__name__} looks at the whole photo, and of tiles it would make something '
                         'else: their brightness would differ. Leave out tile, or allow it with unsafe_tiles.')


def _read(photo: PhotoSource, keep_going: bool) -> Read:
    try:
        return photo.read()
    except Exception as error:  # some decoders fail in ways of their own, and the other photos are to be done
        if not keep_going:
            raise
        return problem_of(error, photo.name)

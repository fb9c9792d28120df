from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from ..baselines import dark_channel_ratio, haze_factor, mean_saturation
from ..media import map_in_order
from ..progress import show_progress
from ..ucm import segment_haze
from .inputs import PhotoInput, PhotoSource, list_photos
from .level_model import LevelModel

_METRES = re.compile(r'(\d+(?:\.\d+)?) m')


@dataclass(frozen=True)
class HazePrediction:
    """How hazy a photo is.

    Attributes:
        file: its path, or its place among the inputs, such as ``'image 3'``.
        trained: whether a trained network answered. Without one there is no level, only ``mask_share`` and the three
            measures, an estimate.
        mask_share: the share of the photo that UCM calls haze, in [0, 1]; of a flat bright sky, too.
        level: 0 is the least haze.
        level_name: as its data set has it, such as ``'300 m'``.
        probabilities: of each level; they add up to 1.
        expected_level: the mean of the levels by their probabilities.
        visibility: how far one sees at that level, metres; infinite where it is the clear one, None where the data set
            does not say it.
        haze_factor: omega, in [0, 1.28]: more is hazier (HBFD, :func:`mmhaze.baselines.haze_factor`); NaN for a black
            photo.
        dark_channel: the smoothed dark channel over the airlight, in [0, 1]: more is hazier (FBFD).
        saturation: the mean saturation, in [0, 1]: less is hazier.
        seconds: that it took, reading included; the network's time is shared over its batch.
        problem: why the photo could not be read; all else is empty then.
    """

    file: str
    trained: bool
    mask_share: float | None = None
    level: int | None = None
    level_name: str | None = None
    probabilities: tuple[float, ...] | None = None
    expected_level: float | None = None
    visibility: float | None = None
    haze_factor: float | None = None
    dark_channel: float | None = None
    saturation: float | None = None
    seconds: float = 0.0
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it: None for an infinite visibility, whose ``level_name`` is clear, and the factor of black."""
        return {name: None if isinstance(value, float) and not math.isfinite(value) else value
                for name, value in asdict(self).items()}


class HazeInferencer:
    """Tells how hazy photos are: with a trained network, or, without one, by what UCM and simple measures see.

    ::

        inferencer = mmhaze.HazeInferencer('magnet-fe-s_resnet18_hazel-level', checkpoint='epoch_20.pth')
        for photo in inferencer('photos'):
            print(photo.file, photo.level, photo.visibility)

        mmhaze.HazeInferencer()('photo.jpg')[0].haze_factor  # at once, without training

    Args:
        model: a config file, or the name of one of mmhaze's; None for an estimate without training.
        device: such as ``'cuda:0'``; by default the accelerator if there is one.
        checkpoint: the weights of ``model``; nothing is ever downloaded.
        workers: threads that read and prepare photos; by default as many as cores.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: a model without a checkpoint or the reverse, or one that does not fit the other.
    """

    def __init__(self,
                 model: str | Path | None = None,
                 device: str | torch.device | None = None,
                 *,
                 checkpoint: str | Path | None = None,
                 workers: int | None = None) -> None:
        if (model is None) != (checkpoint is None):
            raise ValueError(f'model and checkpoint go together, got model {model} and checkpoint {checkpoint}. '
                             'Leave out both for an estimate without training.')
        if workers is not None and workers < 1:
            raise ValueError(f'workers is at least 1, got {workers}.')
        self.model = LevelModel(model, checkpoint, device) if model is not None and checkpoint is not None else None
        self.workers = workers or cv2.getNumberOfCPUs()

    def __call__(self, inputs: PhotoInput | Iterable[PhotoInput], batch_size: int = 32, *, keep_going: bool = False,
                 progress: bool = True) -> list[HazePrediction]:
        """How hazy each photo is, in the order of the inputs; see :meth:`stream`.

        Args:
            inputs, batch_size, keep_going: those of :meth:`stream`.
            progress: whether to show how far it is, on standard error, where there are several photos.
        """
        photos = list_photos(inputs)
        found = self.stream_sources(photos, batch_size, keep_going)
        if not progress or len(photos) < 2:
            return list(found)
        predictions = []
        with show_progress(len(photos), label='Haze', unit='photos') as advance:
            for prediction in found:
                predictions.append(prediction)
                advance(1)
        return predictions

    def stream(self, inputs: PhotoInput | Iterable[PhotoInput], batch_size: int = 32,
               keep_going: bool = False) -> Iterator[HazePrediction]:
        """The same one by one, with no more than a few batches in memory.

        Args:
            inputs: see :func:`mmhaze.apis.inputs.list_photos`.
            batch_size: photos that go through the network together.
            keep_going: whether a photo that cannot be read gives a prediction with its ``problem``, instead of the
                error.

        Raises:
            FileNotFoundError: there is nothing at a path.
            TypeError, ValueError: an input is no photo.
        """
        return self.stream_sources(list_photos(inputs), batch_size, keep_going)

    def stream_sources(self, photos: Iterable[PhotoSource], batch_size: int = 32,
                       keep_going: bool = False) -> Iterator[HazePrediction]:
        """As :meth:`stream`, of photos that are named one by one, such as the frames of a camera."""
        if batch_size < 1:
            raise ValueError(f'batch_size is at least 1, got {batch_size}.')
        waiting: list[tuple[HazePrediction, dict | None]] = []
        for prediction, prepared in map_in_order(lambda photo: self._look(photo, keep_going), photos, self.workers):
            waiting.append((prediction, prepared))
            if sum(ready is not None for _, ready in waiting) == batch_size or self.model is None:
                yield from self._classify(waiting)
                waiting = []
        yield from self._classify(waiting)

    def _look(self, photo: PhotoSource, keep_going: bool) -> tuple[HazePrediction, dict | None]:
        """What is known without the network, and what the network takes, if there is one and the photo is whole."""
        start = time.perf_counter()
        try:
            img = photo.read()
            prediction, prepared = self._describe(img, photo.name)
        except Exception as error:  # some decoders fail in ways of their own, and the other photos are to be done
            if not keep_going:
                raise
            known = isinstance(error, (ValueError, FileNotFoundError))
            problem = str(error) if known else f'{photo.name} cannot be read as a photo: {error}.'
            return HazePrediction(photo.name, self.model is not None, problem=problem), None
        return replace(prediction, seconds=time.perf_counter() - start), prepared

    def _describe(self, img: np.ndarray, name: str) -> tuple[HazePrediction, dict | None]:
        if self.model is None:
            return HazePrediction(name, trained=False, mask_share=segment_haze(img).ratio, haze_factor=haze_factor(img),
                                  dark_channel=dark_channel_ratio(img), saturation=mean_saturation(img)), None
        prepared = self.model.prepare(img, name)
        known = prepared['data_samples']
        share = known.haze_ratio if 'haze_ratio' in known else segment_haze(img).ratio
        return HazePrediction(name, trained=True, mask_share=float(share)), prepared

    def _classify(self, waiting: Sequence[tuple[HazePrediction, dict | None]]) -> Iterator[HazePrediction]:
        start = time.perf_counter()
        ready = [prepared for _, prepared in waiting if prepared is not None]
        scores = iter(self.model.predict(ready) if self.model is not None and ready else ())
        each = (time.perf_counter() - start) / max(len(ready), 1)
        for prediction, prepared in waiting:
            yield prediction if prepared is None else self._add_level(prediction, next(scores), each)

    def _add_level(self, prediction: HazePrediction, scores: np.ndarray, seconds: float) -> HazePrediction:
        level = int(scores.argmax())
        name = self.model.classes[level] if self.model is not None else None
        return replace(prediction, level=level, level_name=name, probabilities=tuple(scores.tolist()),
                       expected_level=float(scores @ np.arange(len(scores))), visibility=_visibility(name),
                       seconds=prediction.seconds + seconds)


def _visibility(name: str | None) -> float | None:
    if name == 'clear':
        return math.inf
    metres = _METRES.fullmatch(name or '')
    return float(metres[1]) if metres else None

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

import cv2
import numpy as np

from ..baselines import dark_channel_ratio, haze_factor, mean_saturation
from ..haze_map import LEVEL_NAMES, HazeEstimator, HazeMap, estimate_haze
from ..io.devices import check_device
from ..io.media import map_in_order
from ..io.progress import show_progress
from ..synthesis.level_names import visibility_of
from ..ucm import segment_haze
from .inputs import PhotoInput, PhotoSource, list_photos, problem_of

if TYPE_CHECKING:
    import torch

    from ..models.trained import LevelModel


@dataclass(frozen=True)
class HazePrediction:
    """How hazy a photo is.

    Attributes:
        file: its path, or its place among the inputs, such as ``'image 3'``.
        trained: whether the model that was given answered; without one the network in the box does, see
            :mod:`mmhaze.haze_map`, and its levels are those of ``LEVEL_NAMES``.
        mask_share: the share of the photo that UCM calls haze, in [0, 1]; of a flat bright sky, too.
        haze: the share of haze in the light of what is not clear sky, in [0, 1]; by the network in the box alone, as
            is ``spread``.
        spread: the mean error expected of ``haze``.
        level: 0 is the least haze.
        level_name: as its data set has it, such as ``'300 m'``, or the network in the box, such as ``'slight'``.
        probabilities: of each level; they add up to 1.
        expected_level: the mean of the levels by their probabilities.
        visibility: how far one sees at that level, metres; infinite where it is the clear one, None where the data set
            does not say it.
        haze_factor: omega, in [0, 1.28]: more is hazier (HBFD, :func:`mmhaze.baselines.haze_factor`); NaN for a black
            photo.
        dark_channel: the smoothed dark channel over the airlight, in [0, 1]: more is hazier (FBFD).
        saturation: the mean saturation, in [0, 1]: less is hazier. ``HazeInferencer(measures=False)`` leaves out this
            one, the two above and, unless the model itself asks UCM, ``mask_share``.
        seconds: that it took, reading included; the network's time is shared over its batch.
        problem: why the photo could not be read; all else is empty then.
    """

    file: str
    trained: bool
    mask_share: float | None = None
    haze: float | None = None
    spread: float | None = None
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
    _photo: PhotoSource | None = field(default=None, repr=False, compare=False)

    @cached_property
    def map(self) -> HazeMap | None:
        """Where the haze is, by the network in the box; None where a model answered or the photo could not be read.

        It is made when it is first asked for, and a file is read again for it: many predictions take little memory.
        """
        return None if self._photo is None else estimate_haze(self._photo.read())

    def without_map(self) -> HazePrediction:
        """The same without ``map``, for who keeps many: it holds on to a photo that was given as an array."""
        return replace(self, _photo=None)

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it: None for an infinite visibility, whose ``level_name`` is clear, and the factor of black."""
        known = {each.name: getattr(self, each.name) for each in fields(self) if not each.name.startswith('_')}
        return {name: None if isinstance(value, float) and not math.isfinite(value) else value
                for name, value in known.items()}


# what is known of a photo without the model, and what the network takes, if there is one and the photo is whole
Looked = tuple[HazePrediction, Optional[dict]]


class HazeInferencer:
    """Tells how hazy photos are: with the network in the box, or with one that was trained on levels of one's own.

    ::

        inferencer = mmhaze.HazeInferencer('magnet-fe-s_resnet18_hazel-level', checkpoint='epoch_20.pth')
        for photo in inferencer('photos'):
            print(photo.file, photo.level, photo.visibility)

        photo, = mmhaze.HazeInferencer()('photo.jpg')  # at once, without training
        print(photo.level_name, photo.map.transmission)

    Args:
        model: a config file, or the name of one of mmhaze's; None for the network in the box.
        device: such as ``'cuda:0'``; by default the accelerator if there is one, and the processor for the network in
            the box.
        checkpoint: the weights of ``model``; nothing is ever downloaded.
        workers: threads that read and prepare photos; by default as many as cores.
        measures: whether to tell UCM's share and the simple measures beside the level.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: a model without a checkpoint or the reverse, one that does not fit the other, or there is no such
            device.
    """

    def __init__(self,
                 model: str | Path | None = None,
                 device: str | torch.device | None = None,
                 *,
                 checkpoint: str | Path | None = None,
                 workers: int | None = None,
                 measures: bool = True) -> None:
        if (model is None) != (checkpoint is None):
            raise ValueError(f'model and checkpoint go together, got model {model} and checkpoint {checkpoint}. '
                             'Leave out both for the network in the box.')
        if workers is not None and workers < 1:
            raise ValueError(f'workers is at least 1, got {workers}.')
        check_device(device)
        self.model: LevelModel | None = None
        if model is None or checkpoint is None:
            self._estimator = HazeEstimator('cpu' if device is None else str(device))
        else:
            from ..models.trained import LevelModel  # torch and the hosts, which the network in the box does without
            self.model = LevelModel(model, checkpoint, device)
        self.workers, self.measures = workers or cv2.getNumberOfCPUs(), measures

    @property
    def level_names(self) -> tuple[str, ...]:
        """What the levels are called, the least haze first."""
        return LEVEL_NAMES if self.model is None else tuple(self.model.classes)

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

        Where there is more than a batch, several are in the network at once on a processor, and meanwhile OpenCV and
        torch keep to one thread for each.

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
        looked = map_in_order(lambda photo: self._look(photo, keep_going), photos, self.workers)
        if self.model is None:
            return (prediction for prediction, _ in looked)
        return self._classify_ahead(looked, batch_size, self.model)

    def _classify_ahead(self, looked: Iterable[Looked], batch_size: int, model: LevelModel) -> Iterator[HazePrediction]:
        """Batches go through the network while the photos of the next ones are prepared."""
        from ..runtime.torch_threads import one_thread_a_batch
        at_once = self.workers if model.device.type == 'cpu' else 1
        pool: ThreadPoolExecutor | None = None
        waiting: list[Looked] = []
        ahead: deque[Future[list[HazePrediction]]] = deque()
        with ExitStack() as stack:
            for each in looked:
                waiting.append(each)
                if sum(prepared is not None for _, prepared in waiting) == batch_size:
                    if pool is None:  # a few photos alone have all threads, in the network as well
                        stack.enter_context(one_thread_a_batch() if at_once > 1 else nullcontext())
                        pool = ThreadPoolExecutor(at_once)
                        stack.callback(pool.shutdown, cancel_futures=True)
                    ahead.append(pool.submit(self._classify, waiting, model))
                    waiting = []
                while ahead and (len(ahead) > at_once or ahead[0].done()):
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()
        yield from self._classify(waiting, model)

    def _look(self, photo: PhotoSource, keep_going: bool) -> Looked:
        start = time.perf_counter()
        try:
            img = photo.read()
            prediction, prepared = self._describe(img, photo)
        except Exception as error:  # some decoders fail in ways of their own, and the other photos are to be done
            if not keep_going:
                raise
            return HazePrediction(photo.name, self.model is not None, problem=problem_of(error, photo.name)), None
        return replace(prediction, seconds=time.perf_counter() - start), prepared

    def _describe(self, img: np.ndarray, photo: PhotoSource) -> Looked:
        if self.model is None:
            seen = self._estimator(img)
            return HazePrediction(
                photo.name, trained=False, haze=seen.haze, spread=seen.spread, level=seen.level, level_name=seen.name,
                probabilities=tuple(seen.probabilities.tolist()),
                expected_level=float(seen.probabilities @ np.arange(len(LEVEL_NAMES))), _photo=photo,
                **self._measure(img)), None
        prepared = self.model.prepare(img, photo.name)
        return HazePrediction(photo.name, trained=True,
                              **self._measure(img, prepared['data_samples'].get('haze_ratio'))), prepared

    def _measure(self, img: np.ndarray, mask_share: float | None = None) -> dict[str, Any]:
        """The measures that are wanted, by their names; ``mask_share`` where UCM found it already."""
        if not self.measures:
            return {} if mask_share is None else dict(mask_share=float(mask_share))
        return dict(mask_share=segment_haze(img).ratio if mask_share is None else float(mask_share),
                    haze_factor=haze_factor(img), dark_channel=dark_channel_ratio(img), saturation=mean_saturation(img))

    def _classify(self, waiting: Sequence[Looked], model: LevelModel) -> list[HazePrediction]:
        start = time.perf_counter()
        ready = [prepared for _, prepared in waiting if prepared is not None]
        scores = iter(model.predict(ready) if ready else ())
        each = (time.perf_counter() - start) / max(len(ready), 1)
        return [prediction if prepared is None else _add_level(prediction, model, next(scores), each)
                for prediction, prepared in waiting]


def _add_level(prediction: HazePrediction, model: LevelModel, scores: np.ndarray, seconds: float) -> HazePrediction:
    level = int(scores.argmax())
    name = model.classes[level]
    return replace(prediction, level=level, level_name=name, probabilities=tuple(scores.tolist()),
                   expected_level=float(scores @ np.arange(len(scores))), visibility=visibility_of(name),
                   seconds=prediction.seconds + seconds)

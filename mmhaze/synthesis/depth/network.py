"""Depth predicted by a network from the photo alone, through Hugging Face's transformers.

Two kinds of network are told apart by their settings:

- Metric ones predict metres, up to a greatest depth that they were trained for. What they put at 95 % of it or beyond
  is sky, or too far to tell.
- The others predict inverse depth q without a unit. Depth is taken as 1 / q, at most a thousand times the least, and
  scaled so that its median outside the sky is 30 m.
"""
from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ...io.denormals import zero_denormals
from ...io.devices import check_device
from ...io.files import write_whole
from ...io.photo import read_photo
from .depth_files import resize_depth
from .own import CENTIMETRE, encode_depth, open_folder
from .sky import find_sky

DEPTH_ANYTHING_METRIC_OUTDOOR_SMALL = 'depth-anything/Depth-Anything-V2-Metric-Outdoor-Small-hf'

METRIC, INVERSE = ('glpn',), ('dpt', 'depth_anything')  # in transformers' own words; depth_anything may be either
FAR_SHARE = 0.95
LEAST_INVERSE = 1e-3
MEDIAN = 30.0  # metres


class NetworkDepth:
    """Depth from a network; it is loaded when it is first asked.

    Args:
        model: a folder that transformers' ``save_pretrained`` wrote, or a name on the Hugging Face hub, from where it
            is downloaded once. Weights must be safetensors, and no code of the model's own is run.
        device: where it runs, as torch says it.
        batch_size: how many photos of one size go through it at once.
        revision: a commit or tag of the name on the hub; for a set that can be made again, name a commit.
        metric: whether it predicts metres, where its settings do not tell, as with a DPT trained on KITTI.

    Raises:
        FileNotFoundError: ``model`` is the path of a folder that does not exist.
        ValueError: there is no such device.
    """

    def __init__(self, model: str | Path, device: str = 'cpu', batch_size: int = 1, revision: str = 'main',
                 metric: bool | None = None) -> None:
        if batch_size < 1:
            raise ValueError(f'batch_size must be at least 1, got {batch_size}.')
        check_device(device)
        folder = Path(model).expanduser()
        self.is_folder = folder.is_dir()
        if not self.is_folder and (len(folder.parts) > 2 or folder.is_absolute() or str(model).startswith(('.', '~'))):
            raise FileNotFoundError(f'There is no folder {model} with a network. Wanted one that save_pretrained '
                                    f'wrote, or a name on the hub such as {DEPTH_ANYTHING_METRIC_OUTDOOR_SMALL}.')
        self.model = str(folder) if self.is_folder else str(model)
        self.device, self.batch_size, self.revision, self.metric = device, batch_size, revision, metric
        version = _digest(folder) if self.is_folder else revision
        self.name = f'model {folder.name if self.is_folder else model}@{version}'
        if metric is not None:
            self.name += f' metric={metric}'

    def __getstate__(self) -> dict[str, Any]:
        # the network stays behind: each process loads its own
        return {name: value for name, value in vars(self).items() if name != '_network'}

    def depth_of(self, path: Path, photo: np.ndarray) -> np.ndarray:
        """See :class:`mmhaze.synthesis.depth.DepthSource`."""
        try:
            return self.depths_of([photo])[0]
        except ValueError as error:
            raise ValueError(f'{path}: {error}') from error

    def depths_of(self, photos: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The depth of each photo, those of one size in batches.

        Args:
            photos: each (H, W, 3) uint8 BGR.

        Returns:
            For each, metres, (H, W) float32, above 0; infinite where it is the sky or too far to tell.

        Raises:
            ImportError: transformers is not installed.
            OSError: the network cannot be loaded or downloaded.
            ValueError: it is of a kind that is not known here, or sees no depth at all.
        """
        import torch  # takes seconds, and the processes that render do without

        processor, network, _ = self._network
        inputs = [processor(images=[np.ascontiguousarray(photo[..., ::-1])], return_tensors='pt',
                            input_data_format='channels_last').pixel_values for photo in photos]
        depths: list[np.ndarray] = [np.empty(0)] * len(photos)
        of_size: dict[torch.Size, list[int]] = {}
        for index, pixels in enumerate(inputs):
            of_size.setdefault(pixels.shape, []).append(index)
        for indices in of_size.values():
            for batch in _chunks(indices, self.batch_size):
                pixels = torch.cat([inputs[index] for index in batch]).to(self.device)
                with torch.inference_mode():
                    predictions = network(pixel_values=pixels).predicted_depth.float().cpu().numpy()
                for index, prediction in zip(batch, predictions):
                    depths[index] = self._to_metres(prediction, photos[index])
        return depths

    def write_depths(self, photos: Iterable[Path], root: Path, out: Path,
                     progress: Callable[[int], None] = lambda count: None) -> list[str]:
        """Writes the depth of photos to a folder that :class:`mmhaze.synthesis.depth.depth_files.FileDepth` reads.

        The depth of ``root/street/7.jpg`` is ``out/street/7.jpg.png``, 16 bits, centimetres, 0 for the sky and for what
        is beyond 655 m. Files that are there already are whole, and left alone.

        Args:
            photos: their paths, in ``root``.
            root: the folder of the photos.
            out: the folder of the depth maps, made if need be.
            progress: told of each few photos how many they were.

        Returns:
            Why photos were left out, a line for each that could not be read.

        Raises:
            ValueError: ``out`` holds the depth of another network, or a photo is not in ``root``.
        """
        open_folder(out, self.name)
        complaints = []
        for chunk in _chunks(photos, self.batch_size):
            read: list[tuple[Path, np.ndarray]] = []
            for path in chunk:
                target = out / f'{path.relative_to(root)}.png'
                if not target.exists():
                    try:
                        read.append((target, read_photo(path)))
                    except (ValueError, OSError) as error:
                        complaints.append(str(error))
            for (target, _), depth in zip(read, self.depths_of([photo for _, photo in read])):
                write_whole(target, encode_depth(depth))
            progress(len(chunk))
        return complaints

    def _to_metres(self, prediction: np.ndarray, photo: np.ndarray) -> np.ndarray:
        farthest = self._network[2]
        if farthest is not None:
            depth = np.where(prediction < FAR_SHARE * farthest, np.maximum(prediction, CENTIMETRE), np.float32(np.inf))
            return resize_depth(depth, photo.shape[:2])
        greatest = prediction.max()
        if not greatest > 0:
            raise ValueError(f'{self.name} sees no depth in the photo: its greatest inverse depth is {greatest}.')
        depth = resize_depth(1 / np.maximum(prediction / greatest, LEAST_INVERSE), photo.shape[:2])
        ground = ~find_sky(depth, photo)
        return depth * np.float32(MEDIAN / np.median(depth[ground] if ground.any() else depth))

    @cached_property
    def _network(self) -> tuple[Any, Any, float | None]:
        """The processor, the network, and up to how many metres it predicts; None where it predicts inverse depth."""
        try:
            from transformers import AutoImageProcessor, AutoModelForDepthEstimation
        except ImportError as error:
            raise ImportError('Depth from a network needs transformers: pip install "mmhaze[depth]".') from error
        origin: dict[str, Any] = dict(local_files_only=True) if self.is_folder else dict(revision=self.revision)
        try:
            processor = AutoImageProcessor.from_pretrained(self.model, **origin)
            network = AutoModelForDepthEstimation.from_pretrained(self.model, use_safetensors=True, **origin)
        except (OSError, ValueError) as error:
            raise OSError(f'{self.model} cannot be loaded as a network for depth: {error} Without a way to the hub, '
                          'download it elsewhere and pass its folder.') from error
        zero_denormals(network)
        farthest = _find_range(network.config, self.metric)
        return processor, network.to(self.device).eval(), farthest


def _find_range(config: Any, metric: bool | None) -> float | None:
    kind = config.model_type
    if kind not in METRIC + INVERSE:
        raise ValueError(f'Depth from a network of type {kind} is not known here; wanted one of '
                         f'{", ".join(METRIC + INVERSE)}.')
    if metric is None:
        metric = kind in METRIC or getattr(config, 'depth_estimation_type', None) == 'metric'
    if not metric:
        return None
    return float(config.max_depth) if hasattr(config, 'max_depth') else np.inf


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted([*folder.glob('*.safetensors'), *folder.glob('*.json')]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]

"""What each method says of how hazy a photo is, a number or several: more is hazier. Nothing here is fitted."""
from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, TypeVar

import cv2
import numpy as np

import mmhaze
from mmhaze import baselines
from mmhaze.haze_map import HazeEstimator
from mmhaze.haze_map.weight_files import ONNX, read_weights, sha256
from mmhaze.physics.dark_channel import dark_channel
from mmhaze.ucm import segment_haze

UPPER = 0.75  # of a photo: what is below is the road before the camera, or its bonnet
FADE_SIDE = 360  # pixels; its features are of windows of 8


Said = TypeVar('Said')  # a number for each column, or a map


@dataclass(frozen=True)
class Method(Generic[Said]):
    """A way to tell haze.

    Attributes:
        columns: what that which it says is called in tables.
        look: what it says of (H, W, 3) uint8 BGR.
        needs: a module that may not be there.
        install: what brings it.
        version: of what is learnt, which weights it has.
    """

    columns: tuple[str, ...]
    look: Callable[[np.ndarray], Said]
    needs: str = ''
    install: str = ''
    version: Callable[[], str] | None = None


Scores = tuple[float, ...]


def of_haze_map(img: np.ndarray) -> tuple[float, float]:
    """The share of haze and the level, by the network that comes with mmhaze."""
    found = haze_estimator()(img)
    return found.haze, float(found.level)


@lru_cache
def haze_estimator() -> HazeEstimator:
    """The network that comes with mmhaze."""
    return HazeEstimator()


def shipped_weights() -> str:
    """The beginning of the SHA-256 of the weights that come with mmhaze."""
    return sha256(read_weights(ONNX))[:12]


def of_dark_channel(img: np.ndarray) -> tuple[float]:
    """The mean of the dark channel over windows of 15 pixels."""
    return (float(dark_channel(img).mean()) / 255,)


def of_darkest_colour(img: np.ndarray) -> tuple[float]:
    """The mean of the darkest colour of each pixel in the upper three quarters, without a window."""
    return (float(img[:round(len(img) * UPPER)].min(axis=2).mean()) / 255,)


def of_fade(img: np.ndarray) -> tuple[float]:
    """FADE (Choi, You, Bovik 2015) of the photo with a shorter side of 360 pixels."""
    import pyfade
    scale = FADE_SIDE / min(img.shape[:2])
    small = cv2.resize(img, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else img
    found = pyfade.fade(small[..., ::-1].copy())
    return (float(found[0] if isinstance(found, tuple) else found),)


METHODS: dict[str, Method[Scores]] = dict(
    haze_map=Method(('network in the box: haze', 'network in the box: level'), of_haze_map, version=shipped_weights),
    ucm=Method(("UCM's share",), lambda img: (segment_haze(img).ratio,)),
    dark_channel=Method(('dark channel',), of_dark_channel),
    darkest_colour=Method(('darkest colour, upper three quarters',), of_darkest_colour),
    fbfd=Method(('dark channel over airlight (FBFD)',), lambda img: (baselines.dark_channel_ratio(img),)),
    haze_factor=Method(('haze factor (HBFD)',), lambda img: (baselines.haze_factor(img),)),
    fog_blocks=Method(('share of fog blocks (S&RCD)',), lambda img: (baselines.fog_block_share(img),)),
    saturation=Method(('saturation',), lambda img: (-baselines.mean_saturation(img),)),
    transmission=Method(('transmission of the prior',), lambda img: (-baselines.mean_transmission(img),)),
    contrast=Method(('contrast',), lambda img: (-baselines.rms_contrast(img),)),
    fade=Method(('FADE',), of_fade, needs='pyfade', install='pip install "mmhaze[benchmarks]"'))


def trained(config: str, file: str | Path) -> Method[Scores]:
    """The mean level of what was trained.

    Args:
        config: of a network, or ``RoadTrees`` or ``RowTrees``.
        file: its checkpoint, or what the trees saved.
    """
    if config in ('RoadTrees', 'RowTrees'):
        trees = getattr(baselines, config).load(file)

        def look(img: np.ndarray) -> tuple[float]:
            return (float(trees.predict_proba([img])[0] @ np.arange(trees.num_levels)),)
    else:
        network = mmhaze.HazeInferencer(config, checkpoint=file)

        def look(img: np.ndarray) -> tuple[float]:
            return (float(network(img, progress=False)[0].expected_level or 0),)
    return Method((f'{config}: level',), look)


def those_there(names: Iterable[str], methods: Mapping[str, Method[Said]]) -> list[Method[Said]]:
    """The methods of these names, but for those whose module is missing, each of which is a line on standard error."""
    found = []
    for name in names:
        method = methods[name]
        if not method.needs or find_spec(method.needs):
            found.append(method)
        else:
            hint = f': {method.install}' if method.install else ''
            print(f'{name} is left out, as it needs {method.needs}{hint}', file=sys.stderr)
    return found


def versions(methods: Iterable[Method[Said]]) -> dict[str, str]:
    """By column, of those that have one."""
    return {column: method.version() for method in methods if method.version for column in method.columns}

"""What a network is shown of a photo: which part of it, and as which picture."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from mmengine.registry import DefaultScope
from mmpretrain.registry import TRANSFORMS

if TYPE_CHECKING:
    from ..models.trained import LevelModel

BROADCASTER = 'TransformBroadcaster'
RESIZES, CROPS, PACKS = ('Resize', 'ResizeEdge'), ('CenterCrop',), ('PackInputs', 'PackDualChannel')


@dataclass(frozen=True)
class Seen:
    """What a channel of a network sees.

    Attributes:
        picture: (h, w, 3) uint8 BGR, at the resolution of the photo where that can be told.
        box: where it lies in the photo, (x0, y0, x1, y1) half open; None where that cannot be told.
    """

    picture: np.ndarray
    box: tuple[int, int, int, int] | None


def seen_pictures(model: LevelModel, img: np.ndarray, inputs: Any) -> dict[str, Seen]:
    """What each channel sees of a photo.

    Follows UCM, resizing and a central cut through the test pipeline of the config, back to the photo's own resolution.
    Where there is a step of another kind the picture is the input of the network itself.

    Args:
        model: a trained network.
        img: the photo, (H, W, 3) uint8 BGR.
        inputs: what ``model.prepare`` made of it, its ``inputs``: planes first, BGR.

    Returns:
        By the name of the channel; a network of one channel has ``'task'``.
    """
    channels = inputs if isinstance(inputs, Mapping) else dict(task=inputs)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        followed = _follow(model.steps, img) or {}
    return {channel: followed.get(channel) or Seen(np.ascontiguousarray(planes[:3].permute(1, 2, 0).numpy()), None)
            for channel, planes in channels.items()}


def _follow(steps: Sequence[Mapping[str, Any]], img: np.ndarray) -> dict[str, Seen] | None:
    """The channels' pictures, None where a step is of an unknown kind."""
    kinds = [_kind(step) for step in steps]
    # UCM behind another step would see something else than the photo
    if 'UCM' in kinds[1:] or not {*kinds} <= {'UCM', BROADCASTER, *RESIZES, *CROPS, *PACKS}:
        return None
    whole = (0, 0, img.shape[1], img.shape[0])
    sources = dict(task=('img', img, whole))
    magnifier = steps[-1].get('magnifier', 'haze_segment') if kinds[-1] == 'PackDualChannel' else None
    if magnifier:
        results = TRANSFORMS.build(steps[0])(dict(img=img))
        box = results['haze_box'] if magnifier == 'haze_segment' else whole
        sources['magnifier'] = (magnifier, results[magnifier], box)
    seen = {}
    for channel, (key, picture, box) in sources.items():
        left, top, right, bottom = _part_left(_steps_of(key, steps), picture.shape)
        seen[channel] = Seen(picture[top:bottom, left:right],
                             (box[0] + left, box[1] + top, box[0] + right, box[1] + bottom))
    return seen


def _steps_of(key: str, steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The steps that resize or cut what the results hold under this key."""
    found: list[Mapping[str, Any]] = []
    for step in steps:
        if _kind(step) == BROADCASTER:
            targets = step.get('mapping', {}).get('img', 'img')
            if key in ([targets] if isinstance(targets, str) else targets):
                found += _steps_of('img', step['transforms'])
        elif key == 'img' and _kind(step) in (*RESIZES, *CROPS):
            found.append(step)
    return found


def _part_left(steps: Sequence[Mapping[str, Any]], shape: Sequence[int]) -> tuple[int, int, int, int]:
    """The box of a picture that is left in the end, at least one pixel."""
    height, width = shape[:2]
    share_x = share_y = 1.0
    results: dict[str, Any] = dict(img=np.zeros(shape, np.uint8))
    for step in steps:
        before = results['img'].shape
        results = TRANSFORMS.build(step)(results)
        if _kind(step) in CROPS:  # in the middle
            share_y *= results['img'].shape[0] / before[0]
            share_x *= results['img'].shape[1] / before[1]
    left, top = (min(round(side * (1 - share) / 2), side - 1) for side, share in ((width, share_x), (height, share_y)))
    return left, top, max(width - left, left + 1), max(height - top, top + 1)


def _kind(step: Mapping[str, Any]) -> str:
    return str(step['type']).rpartition('.')[2]


def fit_heat(heat: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """A map stretched over a picture, (h, w) float32 in [0, 1]."""
    return cv2.resize(heat.astype(np.float32), picture.shape[1::-1], interpolation=cv2.INTER_LINEAR).clip(0, 1)

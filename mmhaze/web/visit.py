"""One photo on the page: what is known of it, and its pictures, which go to the browser without becoming files."""
from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..apis.inferencer import HazeInferencer, HazePrediction
from ..io.metadata import NO_METADATA, Metadata, add_metadata
from ..io.resizing import fit_within
from ..jobs.outputs import encode_picture
from ..ucm import HazeRegions, UcmSettings
from ..ucm.segment import segment_photo
from ..ucm.settings import DEFAULTS as UCM

LONGEST_SIDE = 1600  # pixels; of a picture on the page
# a window of UCM is the shorter side of the photo over this
DEFAULTS = dict(channel=round(1 / UCM.channel_ratio), denoise=round(1 / UCM.denoise_ratio),
                mask=round(1 / UCM.mask_ratio), automatic=UCM.gray_threshold == 'auto', gray=100, min_box=UCM.min_box)
RANGES = dict(channel=(5, 200), denoise=(5, 200), mask=(5, 200), gray=(0, 255), min_box=(0, 512))


@dataclass(frozen=True)
class Visit:
    """A photo that was given to the page.

    Attributes:
        name: what the visitor calls it.
        photo: (H, W, 3) uint8 BGR, at its full size, as the masks are made of it again and again.
        picture: it as the page shows it, see :func:`as_picture`.
        prediction: what is said of it.
        metadata: the colour profile that its numbers are in, for every picture of it.
        over: set once its visitor has given another one, so that nothing more is to be shown of it.
    """

    name: str
    photo: np.ndarray
    picture: str
    prediction: HazePrediction
    metadata: Metadata = NO_METADATA
    over: threading.Event = field(default_factory=threading.Event, compare=False)


def read_settings(values: Sequence[Any]) -> dict[str, Any]:
    """The settings by name, from the values of the page, where a number may be half typed and is not checked."""
    found = dict(zip(DEFAULTS, values))
    for name, (least, most) in RANGES.items():
        value = found[name] if isinstance(found[name], (int, float)) else DEFAULTS[name]
        found[name] = min(max(value, least), most)
    return found


def asked_gray(settings: Mapping[str, Any]) -> float | None:
    """The gray threshold that the visitor wants, None for the photo's own."""
    return None if settings['automatic'] else float(settings['gray'])


def look_at(photo: np.ndarray, name: str, inferencer: HazeInferencer, metadata: Metadata = NO_METADATA) -> Visit:
    """The answer for a photo, (H, W, 3) uint8 BGR."""
    prediction, = inferencer(photo, progress=False)
    return Visit(name, photo, as_picture(photo, metadata), prediction, metadata)


def unless_over(visit: Visit | None, step: Callable[[Visit], Any], otherwise: Any) -> Any:
    """What a step makes of a photo; ``otherwise`` where there is none, or its visitor gives another one meanwhile."""
    if visit is None or visit.over.is_set():
        return otherwise
    found = step(visit)
    return otherwise if visit.over.is_set() else found


def segment(photo: np.ndarray, settings: Mapping[str, Any]) -> HazeRegions:
    """The haze of a photo with the settings of the page, those of ``DEFAULTS``."""
    gray = asked_gray(settings)
    return segment_photo(photo, UcmSettings(
        channel_ratio=1 / settings['channel'], denoise_ratio=1 / settings['denoise'], mask_ratio=1 / settings['mask'],
        gray_threshold='auto' if gray is None else gray, min_box=int(settings['min_box'])))


def compare(visit: Visit, other: np.ndarray, other_name: str) -> list[dict[str, Any]]:
    """The photo and another picture of it, (H, W, 3) uint8 BGR, as Gradio's slider takes them."""
    return [dict(url=picture, path=None, orig_name=name) for picture, name in
            ((visit.picture, 'photo.jpg'), (as_picture(other, visit.metadata), other_name))]


def as_picture(img: np.ndarray, metadata: Metadata = NO_METADATA) -> str:
    """A JPEG, no larger than a screen, as an address that holds all of it: ``data:image/jpeg;base64,...``.

    Args:
        img: (H, W, 3) uint8 BGR.
        metadata: of the photo that it is of.
    """
    picture = encode_picture(fit_within(img, LONGEST_SIDE), '.jpg')
    return as_address(add_metadata(picture, '.jpg', metadata), 'image/jpeg')


def as_address(data: bytes, kind: str) -> str:
    """An address that holds the data itself."""
    return f'data:{kind};base64,{base64.b64encode(data).decode()}'

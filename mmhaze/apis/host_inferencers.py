"""How mmpretrain's own inferencers prepare the photos of a config of mmhaze: as :class:`mmhaze.HazeInferencer` does.

They look at ``test_dataloader.dataset.pipeline`` alone, and would pass over ``prepare``.
:func:`mmhaze.late_hosts.prepare_photos` has them call the functions here.
"""
from __future__ import annotations

from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.dataset import Compose

from ..models.dehazers import BaseDehazer
from ..models.trained import build_steps, prepares_photos, steps_after_loading
from .inputs import list_photos


def own_pipeline(model: Any, config: Config) -> Compose | None:
    """What is done to a photo after reading; None where it is for the host to say.

    Raises:
        ValueError: the config is a dehazer's, or does not say how a photo is prepared.
    """
    where = config.filename or 'the config'
    if isinstance(model, BaseDehazer):
        raise ValueError(f'{where} is of a dehazer, which has no levels to tell. Call mmhaze.DehazeInferencer.')
    return build_steps(steps_after_loading(config, where)) if prepares_photos(config) else None


def read_input(given: Any) -> Any:
    """A path, an array or a PIL image -> (H, W, 3) uint8 BGR, as mmhaze reads it; a URL, which the host fetches, stays.

    Raises:
        FileNotFoundError, TypeError, ValueError: it is no photo, or several.
    """
    if isinstance(given, str) and '://' in given:
        return given
    photos = list_photos([given])
    if len(photos) != 1:
        raise ValueError(f'{given} is {len(photos)} photos, wanted one. mmhaze.HazeInferencer takes folders and '
                         'patterns.')
    img: np.ndarray = photos[0].read()
    return img

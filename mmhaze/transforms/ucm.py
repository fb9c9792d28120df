from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mmcv.transforms import BaseTransform

from ..registry import TRANSFORMS
from ..ucm import UcmSettings, haze_filter, haze_segment
from ..ucm.segment import segment_photo
from .results import name_of, photo_in
from .workers import calm_worker

MAPS = ('haze_mask', 'haze_filter', 'haze_segment')


@TRANSFORMS.register_module()
class UCM(BaseTransform):
    """Finds the haze of ``img`` and adds it to the results; every other key is left alone.

    Put it before resizing: its windows are a share of the photo's side, and at 64x64 they would be single pixels.

    **Required key**: ``img``, (H, W, 3) uint8 BGR.

    **Added keys**: ``haze_mask``, (H, W) bool, True is haze; ``haze_filter``, (H, W, 3) uint8, the photo with the rest
    black; ``haze_segment``, (h, w, 3) uint8, the photo cut to ``haze_box``, (x0, y0, x1, y1) half open; ``haze_ratio``,
    the share of haze in [0, 1].

    Args:
        maps: which of the three arrays to add. Where a data set keeps what its ``prepare`` makes, name only what the
            network sees.
        **settings: those of :class:`mmhaze.ucm.UcmSettings`, such as ``mask_ratio``.

    Raises:
        TypeError: a setting is misspelt.
        ValueError: a setting is out of its range, or a map is not one of the three.
    """

    def __init__(self, maps: Sequence[str] = MAPS, **settings: Any) -> None:
        unknown = set(maps) - set(MAPS)
        if unknown:
            raise ValueError(f'maps holds names among {MAPS}, got {sorted(unknown)}.')
        self.maps = tuple(maps)
        self.settings = UcmSettings(**settings)

    def transform(self, results: dict) -> dict:
        calm_worker()
        img = photo_in(results, 'UCM', 'Put it before any step that makes floats or adds planes.')
        try:
            regions = segment_photo(img, self.settings)
        except ValueError as error:
            raise ValueError(f'{name_of(results)}: {error}') from error
        if 'haze_mask' in self.maps:
            results['haze_mask'] = regions.mask
        if 'haze_filter' in self.maps:
            results['haze_filter'] = haze_filter(img, regions)
        if 'haze_segment' in self.maps:
            results['haze_segment'] = haze_segment(img, regions)
        results.update(haze_box=regions.box, haze_ratio=regions.ratio)
        return results

    def __repr__(self) -> str:
        settings = ', '.join(f'{name}={value!r}' for name, value in asdict(self.settings).items())
        return f'{type(self).__name__}(maps={self.maps}, {settings})'

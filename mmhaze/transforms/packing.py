from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpretrain.datasets.transforms import PackInputs

from ..registry import TRANSFORMS

MAGNIFIERS = {name: f"dict(type='UCM', maps=['{name}'])" for name in ('haze_segment', 'haze_filter')}
MAGNIFIERS['haze_transmission'] = "dict(type='EstimateTransmission')"
PLANES = 3


@TRANSFORMS.register_module()
class PackDualChannel(BaseTransform):
    """Packs the photo as the task channel and a map of its haze as the magnifier channel.

    ``inputs`` becomes ``dict(task=(3, H, W), magnifier=(3, h, w))``, uint8 tensors, and ``data_samples`` the label and
    what is known of the photo, as the host's ``PackInputs`` has it. The data loader needs
    ``collate_fn=dict(type='default_collate')``.

    Args:
        magnifier: ``'haze_segment'``, ``'haze_filter'``, ``'haze_transmission'``, or None for the task channel alone.
            Two or three of them in a list make one picture of a plane each: a map's grey level, in this order, the
            plane of a third that is not there black. They are maps of one size then.
        meta_keys: what to keep of the results in the data sample.
    """

    def __init__(self,
                 magnifier: str | Sequence[str] | None = 'haze_segment',
                 meta_keys: Sequence[str] = (*PackInputs.DEFAULT_META_KEYS, 'haze_box', 'haze_ratio')) -> None:
        self.names = () if magnifier is None else (magnifier,) if isinstance(magnifier, str) else tuple(magnifier)
        if not set(self.names) <= set(MAGNIFIERS) or len(self.names) > PLANES:
            raise ValueError(f'magnifier is one of {", ".join(MAGNIFIERS)}, up to {PLANES} of them, or None, '
                             f'got {magnifier!r}.')
        self.magnifier = magnifier
        self.pack = PackInputs(meta_keys=meta_keys)

    def transform(self, results: dict) -> dict:
        for name in self.names:
            if name not in results:
                raise ValueError(f'PackDualChannel wants {name!r}, and the results hold {sorted(results)}. '
                                 f'Put {MAGNIFIERS[name]} before it, or say magnifier=None.')
        packed = self.pack(results)
        packed['inputs'] = dict(task=packed['inputs'])
        if self.names:
            maps = [results[name] for name in self.names]
            packed['inputs']['magnifier'] = PackInputs.format_input(maps[0] if len(maps) == 1 else _a_plane_each(maps))
        return packed

    def __repr__(self) -> str:
        return f'{type(self).__name__}(magnifier={self.magnifier!r}, meta_keys={self.pack.meta_keys})'


def _a_plane_each(maps: Sequence[np.ndarray]) -> np.ndarray:
    """Two or three maps, (H, W, 3) uint8 BGR -> (H, W, 3) uint8, the grey level of each."""
    sizes = {img.shape for img in maps}
    if len(sizes) > 1:
        raise ValueError(f'Maps that share a magnifier have one size, got {", ".join(map(str, sorted(sizes)))}. Resize '
                         'and crop them alike before PackDualChannel.')
    planes = np.zeros_like(maps[0])
    for number, img in enumerate(maps):
        planes[..., number] = cv2.cvtColor(img, cv2.COLOR_BGR2GRAY)
    return planes

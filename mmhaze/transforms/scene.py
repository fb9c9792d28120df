from __future__ import annotations

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmpretrain.datasets.transforms import PackInputs
from mmpretrain.structures import DataSample

from ..registry import TRANSFORMS
from .results import photo_in


@TRANSFORMS.register_module()
class PackScene(BaseTransform):
    """Packs ``img`` as ``inputs``, (3, H, W) uint8 BGR, and ``depth``, metres, as (1, H, W) of ``data_samples``."""

    def transform(self, results: dict) -> dict:
        img = photo_in(results, 'PackScene', 'Put it before any step that makes floats.')
        depth = np.ascontiguousarray(results['depth'], np.float32)
        sample = DataSample(metainfo=dict(img_path=results.get('img_path')))
        sample.set_field(torch.from_numpy(depth)[None], 'depth')
        return dict(inputs=PackInputs.format_input(img), data_samples=sample)

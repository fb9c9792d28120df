from __future__ import annotations

from collections.abc import Sequence

from mmcv.transforms import BaseTransform
from mmpretrain.datasets.transforms import PackInputs

from ..registry import TRANSFORMS

MAGNIFIERS = ('haze_segment', 'haze_filter')


@TRANSFORMS.register_module()
class PackDualChannel(BaseTransform):
    """Packs the photo as the task channel and a map of its haze as the magnifier channel.

    ``inputs`` becomes ``dict(task=(3, H, W), magnifier=(3, h, w))``, uint8 tensors, and ``data_samples`` the label and
    what is known of the photo, as the host's ``PackInputs`` has it. The data loader needs
    ``collate_fn=dict(type='default_collate')``.

    Args:
        magnifier: ``'haze_segment'``, ``'haze_filter'``, or None for the task channel alone.
        meta_keys: what to keep of the results in the data sample.
    """

    def __init__(self,
                 magnifier: str | None = 'haze_segment',
                 meta_keys: Sequence[str] = (*PackInputs.DEFAULT_META_KEYS, 'haze_box', 'haze_ratio')) -> None:
        if magnifier is not None and magnifier not in MAGNIFIERS:
            raise ValueError(f'magnifier is one of {MAGNIFIERS} or None, got {magnifier!r}.')
        self.magnifier = magnifier
        self.pack = PackInputs(meta_keys=meta_keys)

    def transform(self, results: dict) -> dict:
        if self.magnifier is not None and self.magnifier not in results:
            raise ValueError(f'PackDualChannel wants {self.magnifier!r}, and the results hold {sorted(results)}. '
                             f"Put dict(type='UCM', maps=['{self.magnifier}']) before it, or say magnifier=None.")
        packed = self.pack(results)
        packed['inputs'] = dict(task=packed['inputs'])
        if self.magnifier is not None:
            packed['inputs']['magnifier'] = PackInputs.format_input(results[self.magnifier])
        return packed

    def __repr__(self) -> str:
        return f'{type(self).__name__}(magnifier={self.magnifier!r}, meta_keys={self.pack.meta_keys})'

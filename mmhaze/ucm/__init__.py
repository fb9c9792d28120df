"""UCM, unsupervised contrastive masking: where the haze of a photo is, found without training."""
from typing import TYPE_CHECKING, Any

from .regions import HazeRegions, haze_filter, haze_segment
from .segment import segment_haze
from .settings import UcmSettings

if TYPE_CHECKING:
    from .batch import segment_haze_batch

__all__ = ['HazeRegions', 'UcmSettings', 'haze_filter', 'haze_segment', 'segment_haze', 'segment_haze_batch']


def __getattr__(name: str) -> Any:
    if name == 'segment_haze_batch':  # it brings torch
        from .batch import segment_haze_batch
        return segment_haze_batch
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')

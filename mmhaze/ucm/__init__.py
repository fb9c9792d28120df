"""UCM, unsupervised contrastive masking: where the haze of a photo is, found without training."""
from .batch import segment_haze_batch
from .regions import HazeRegions, haze_filter, haze_segment
from .segment import segment_haze

__all__ = ['HazeRegions', 'haze_filter', 'haze_segment', 'segment_haze', 'segment_haze_batch']

"""The network in the box: how hazy a photo is and where, at once; neither torch nor a host is needed."""
from .estimator import HazeEstimator, estimate_haze
from .haze_map import HazeMap
from .level_bounds import LEVEL_BOUNDS, LEVEL_NAMES, level_of, probabilities

__all__ = ['LEVEL_BOUNDS', 'LEVEL_NAMES', 'HazeEstimator', 'HazeMap', 'estimate_haze', 'level_of', 'probabilities']

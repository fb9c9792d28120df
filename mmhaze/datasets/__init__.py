"""The data sets: where their files lie and what their labels mean."""
from .haze_level import HazeLevelDataset
from .hazel_level import HazelLevel

__all__ = ['HazeLevelDataset', 'HazelLevel']

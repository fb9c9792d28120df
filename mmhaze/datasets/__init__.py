"""The data sets: where their files lie and what their labels mean."""
from .haze_level import HazeLevelDataset
from .haze_wild import HazeWild
from .hazel_level import HazelLevel
from .paired_haze import PairedHazeDataset

__all__ = ['HazeLevelDataset', 'HazeWild', 'HazelLevel', 'PairedHazeDataset']

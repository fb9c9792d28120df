"""The data sets: where their files lie and what their labels mean."""
from .camera_visibility import CameraVisibility
from .ceit_foggy import CeitFoggy
from .drawn_scenes import DrawnScenes
from .haze_level import HazeLevelDataset
from .haze_wild import HazeWild
from .hazel_level import HazelLevel
from .paired_haze import PairedHazeDataset
from .photo_scenes import PhotoScenes

__all__ = ['CameraVisibility', 'CeitFoggy', 'DrawnScenes', 'HazeLevelDataset', 'HazeWild', 'HazelLevel',
           'PairedHazeDataset', 'PhotoScenes']

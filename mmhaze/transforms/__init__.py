"""The steps of a data pipeline, thin over the core: they carry results from dict to dict."""
from .haze_channel import HazeChannel
from .loading import LoadPhoto
from .packing import PackDualChannel
from .ucm import UCM

__all__ = ['UCM', 'HazeChannel', 'LoadPhoto', 'PackDualChannel']

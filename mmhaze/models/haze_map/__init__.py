"""The network that sees haze: a photo to its transmission, its airlight, where the sky is, and how unsure it is."""
from .haze_map_net import HazeMapNet

__all__ = ['HazeMapNet']

"""Road scenes to learn from: made, not photographed, so that the depth of every pixel is known exactly."""
from .geometry import SKY_DEPTH
from .scene import render_scene

__all__ = ['SKY_DEPTH', 'render_scene']

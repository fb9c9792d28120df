"""Places without a road, seen by a pinhole camera with a z-buffer: mountains, plains, water, towns, rooms and walls.

Beside :mod:`mmhaze.synthesis.scenes` this is what a network learns from that must tell haze from white walls, snow,
water and rock. What counts is how many layouts and surfaces there are, not their beauty.
"""
from .place import KINDS, render_landscape

__all__ = ['KINDS', 'render_landscape']

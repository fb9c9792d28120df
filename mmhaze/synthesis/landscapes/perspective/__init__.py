"""Landscapes seen by a pinhole camera with a z-buffer: solid blocks, rooms and leaves with the metres of each pixel.

Beside the flat parts of :mod:`mmhaze.synthesis.landscapes.parts`: walls that recede, roofs below the camera, furniture,
trees that stand on the ground, and a horizon anywhere.
"""
from .place import KINDS, paint_place

__all__ = ['KINDS', 'paint_place']

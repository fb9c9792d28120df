"""Places without a road, drawn: mountains, plains, water, skylines, roofs from above, walls and rooms, with depth.

Beside :mod:`mmhaze.synthesis.scenes` this is what a network learns from that must tell haze from white walls, snow,
water and rock. What counts is how many layouts and surfaces there are, not their beauty.
"""
from .landscape import KINDS, render_landscape

__all__ = ['KINDS', 'render_landscape']

"""Classic measures of haze, without a network: plain NumPy and OpenCV."""
from .haze_factor import haze_factor

__all__ = ['haze_factor']

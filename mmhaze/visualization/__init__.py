"""Pictures for people: where the haze is, and what a network says of it."""
from .overlay import overlay_haze
from .sheet import Prediction, draw_sheet

__all__ = ['Prediction', 'draw_sheet', 'overlay_haze']

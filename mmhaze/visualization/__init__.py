"""Pictures for people: where the haze is, and what a network says of it."""
from .level import write_caption
from .overlay import overlay_haze
from .sheet import Prediction, draw_sheet
from .sweep import SWEEPS, draw_sweep

__all__ = ['SWEEPS', 'Prediction', 'draw_sheet', 'draw_sweep', 'overlay_haze', 'write_caption']

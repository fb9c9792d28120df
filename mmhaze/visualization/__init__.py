"""Pictures for people: where the haze is, what a network says of it, and where it looks.

Each is imported when it is asked for: the overlay needs OpenCV alone, others need torch, matplotlib or grad-cam.
"""
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answer import draw_answer
    from .cam import LevelCam, level_cams, overlay_heat
    from .cam_sheet import Looker, draw_cams
    from .embedding import draw_embedding, embed, extract_features
    from .level import side_by_side, write_caption
    from .level_figures import draw_confusions, draw_recalls
    from .overlay import overlay_haze, overlay_map
    from .sheet import Prediction, draw_sheet
    from .sweep import SWEEPS, draw_sweep
    from .validation_hook import HazeVisualizationHook
    from .visualizer import HazeVisualizer

_HOMES = dict(
    HazeVisualizationHook='validation_hook', HazeVisualizer='visualizer', draw_answer='answer', overlay_haze='overlay',
    overlay_map='overlay', side_by_side='level', write_caption='level',
    LevelCam='cam', level_cams='cam', overlay_heat='cam', Looker='cam_sheet', draw_cams='cam_sheet',
    draw_embedding='embedding', embed='embedding', extract_features='embedding', draw_confusions='level_figures',
    draw_recalls='level_figures', Prediction='sheet', draw_sheet='sheet', SWEEPS='sweep', draw_sweep='sweep')

__all__ = ['SWEEPS', 'HazeVisualizationHook', 'HazeVisualizer', 'LevelCam', 'Looker', 'Prediction', 'draw_answer',
           'draw_cams', 'draw_confusions', 'draw_embedding', 'draw_recalls', 'draw_sheet', 'draw_sweep', 'embed',
           'extract_features', 'level_cams', 'overlay_haze', 'overlay_heat', 'overlay_map', 'side_by_side',
           'write_caption']


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')

"""Where the network looks, as pictures on the page."""
from __future__ import annotations

from ..models.trained import LevelModel
from ..visualization.cam import level_cams, overlay_heat
from .markup import figures
from .visit import Visit, as_picture

CAPTIONS = dict(task='task channel: the photo', magnifier='magnifier channel: its haze')


def draw_cams(model: LevelModel, visit: Visit) -> str:
    """Grad-CAM of each channel, as HTML; or why there is none.

    Args:
        model: the network that answered.
        visit: the photo, and the level that it was given.
    """
    try:
        cams = level_cams(model, visit.photo, level=visit.prediction.level)
    except (ImportError, ValueError) as error:
        return figures([], f'Where the network looks cannot be shown. {error}')
    return figures([(CAPTIONS.get(cam.channel, cam.channel),
                     as_picture(overlay_heat(cam.picture, cam.heat), visit.metadata)) for cam in cams],
                   'Where the network looks for this level, from blue to red')

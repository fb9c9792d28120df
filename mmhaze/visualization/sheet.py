from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..io.figures import save_figure
from ..ucm import segment_haze
from .overlay import overlay_haze

# right, one level off, further off: told apart by the colour-blind, and the numbers say it, too
COLOURS = ('#1b7837', '#b35806', '#b2182b')


@dataclass(frozen=True)
class Prediction:
    """A photo, the level it has and the levels that networks give it.

    Attributes:
        photo: (H, W, 3) uint8 BGR.
        title: what it is, in a few words.
        level: the true level.
        predicted: the level by the name of each network.
    """

    photo: np.ndarray
    title: str
    level: int
    predicted: Mapping[str, int]


def draw_sheet(predictions: Sequence[Prediction], path: str | Path, *, columns: int = 5, title: str = '') -> None:
    """Draws photos, their haze as UCM finds it, and their true and predicted levels, as one picture.

    Args:
        predictions: what to show, row by row.
        path: a ``.png``, ``.jpg`` or ``.pdf`` file, replaced once it is whole.
        columns: photos in a row.
        title: a line on top.
    """
    if not predictions:
        raise ValueError('There is nothing to draw: predictions is empty.')
    rows = -(-len(predictions) // columns)
    height, width = predictions[0].photo.shape[:2]
    figure = Figure(figsize=(3.2 * columns, rows * (6.4 * height / width + 0.75) + 0.5), layout='constrained')
    panels = figure.subplots(2 * rows, columns, squeeze=False)
    for panel in panels.flat:
        panel.set_axis_off()
    for index, prediction in enumerate(predictions):
        row, column = divmod(index, columns)
        upper, lower = panels[2 * row, column], panels[2 * row + 1, column]
        regions = segment_haze(prediction.photo)
        upper.imshow(prediction.photo[..., ::-1])
        upper.set_title(f'{prediction.title}\ntrue level {prediction.level}', fontsize=10)
        lower.imshow(overlay_haze(prediction.photo, regions)[..., ::-1])
        says = ', '.join(f'{name} {level}' for name, level in prediction.predicted.items())
        worst = max((abs(level - prediction.level) for level in prediction.predicted.values()), default=0)
        lower.set_title(f'{says} · haze {regions.ratio:.0%}', fontsize=10, color=COLOURS[min(worst, 2)])
    figure.suptitle(title, fontsize=12)
    save_figure(figure, path)

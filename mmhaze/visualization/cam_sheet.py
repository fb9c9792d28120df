from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..io.figures import save_figure
from ..io.resizing import fit_within
from .answer import name_of_level
from .cam import LevelCam, level_cams, overlay_heat

if TYPE_CHECKING:
    from ..models.trained import LevelModel

PANEL_INCHES, BAR_INCHES = 3.0, 1.25
PANEL_PIXELS = 600  # the longer side of a picture on the sheet
AROUND = 5  # levels whose scores are shown
PREDICTED, OTHER, TRUE = '#2070ff', '#bdbdbd', '#111111'


@dataclass(frozen=True)
class Looker:
    """A network that has looked at a photo.

    Attributes:
        name: of the network.
        cams: where each of its channels looked.
        probabilities: of each level.
        classes: the names of the levels.
    """

    name: str
    cams: Sequence[LevelCam]
    probabilities: Sequence[float]
    classes: Sequence[str]

    @property
    def level(self) -> int:
        """The level that it gives the photo."""
        return int(np.argmax(self.probabilities))

    def describe(self, level: int) -> str:
        """A level by its number and its name."""
        return name_of_level(level, self.classes)


def look(name: str, model: LevelModel, img: np.ndarray, layer: str | None = None) -> Looker:
    """Lets a network look at a photo, (H, W, 3) uint8 BGR; ``layer`` is that of :func:`level_cams`."""
    probabilities = model.predict([model.prepare(img, 'the photo')])[0]
    cams = level_cams(model, img, level=int(probabilities.argmax()), layer=layer)
    return Looker(name, cams, probabilities.tolist(), model.classes)


def draw_cams(img: np.ndarray, lookers: Sequence[Looker], path: str | Path, *, truth: int | None = None,
              title: str = '') -> None:
    """Draws a photo and where networks look in it, side by side, as Figure 7 of the UCM paper does.

    On the photo a frame is around what each channel is shown. The heat is that of the level which the network gives.
    Below are the probabilities of the levels around the true one, which is framed; around the predicted one where the
    true one is not known.

    Args:
        img: the photo, (H, W, 3) uint8 BGR.
        lookers: the networks, such as the base network and MagNet; at least one.
        path: a ``.png``, ``.jpg`` or ``.pdf`` file, replaced once it is whole.
        truth: the true level.
        title: a line on top.

    Raises:
        ValueError: the true level is none of a network's.
    """
    for looker in lookers:
        if truth is not None and not 0 <= truth < len(looker.probabilities):
            raise ValueError(f'{looker.name} knows the levels 0 to {len(looker.probabilities) - 1}, and the true level '
                             f'is said to be {truth}.')
    pictures = [img, *(cam.picture for looker in lookers for cam in looker.cams)]
    widths = [PANEL_INCHES * min(max(picture.shape[1] / picture.shape[0], 2 / 3), 5 / 3) for picture in pictures]
    figure = Figure(figsize=(sum(widths) + 0.4 * len(widths), PANEL_INCHES + BAR_INCHES + 1.4), layout='constrained')
    grid = figure.add_gridspec(2, len(widths), width_ratios=widths, height_ratios=(PANEL_INCHES, BAR_INCHES))
    _draw_photo(figure.add_subplot(grid[0, 0]), img, lookers)
    _write_truth(figure.add_subplot(grid[1, 0]), lookers[0], truth)
    column, height = 1, max(max(looker.probabilities) for looker in lookers)
    for looker in lookers:
        for place, cam in enumerate(looker.cams, start=column):
            panel = figure.add_subplot(grid[0, place])
            small, heat = (fit_within(each, PANEL_PIXELS) for each in (cam.picture, cam.heat))
            panel.imshow(overlay_heat(small, heat)[..., ::-1])
            said = f'{cam.channel} channel' if len(looker.cams) > 1 else 'the photo'
            panel.set_title(f'{looker.name}\n{said if cam.heat.any() else "nothing speaks for the level"}', fontsize=10)
            panel.set_axis_off()
        _draw_bars(figure.add_subplot(grid[1, column:column + len(looker.cams)]), looker, truth, height)
        column += len(looker.cams)
    figure.suptitle(title, fontsize=11)
    save_figure(figure, path)


def _draw_photo(panel: Axes, img: np.ndarray, lookers: Sequence[Looker]) -> None:
    panel.imshow(fit_within(img, PANEL_PIXELS)[..., ::-1], extent=(0, img.shape[1], img.shape[0], 0))
    frames = {cam.box: cam.channel for looker in lookers for cam in looker.cams if cam.box}
    for (x0, y0, x1, y1), channel in frames.items():
        colour, style = (TRUE, '--') if channel == 'task' else (PREDICTED, '-')
        panel.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, color=colour, linestyle=style, linewidth=1.5))
    panel.set_title('the photo, and what is looked at' if frames else 'the photo', fontsize=10)
    panel.set_axis_off()


def _write_truth(panel: Axes, looker: Looker, truth: int | None) -> None:
    text = 'the true level is not known' if truth is None else f'true: {looker.describe(truth)}'
    panel.text(0.5, 1, text, ha='center', va='bottom', fontsize=9, transform=panel.transAxes)
    panel.set_axis_off()


def _draw_bars(panel: Axes, looker: Looker, truth: int | None, height: float) -> None:
    levels, middle = len(looker.probabilities), looker.level if truth is None else truth
    first = min(max(0, middle - AROUND // 2), max(0, levels - AROUND))
    shown = range(first, min(first + AROUND, levels))
    for level in shown:
        share = looker.probabilities[level]
        panel.bar(level, share, 0.8, color=PREDICTED if level == looker.level else OTHER,
                  edgecolor=TRUE if level == truth else 'none', linewidth=2)
        panel.text(level, share + 0.04 * height, f'{share:.0%}', ha='center', fontsize=8)
    room = AROUND / 2 * len(looker.cams)  # bars are as wide as those of a network with one channel
    centre = (shown[0] + shown[-1]) / 2
    panel.set(ylim=(0, 1.2 * height), yticks=[], xticks=list(shown), xlim=(centre - room - 0.1, centre + room + 0.1))
    panel.set_xticklabels([f'{level}\ntrue' if level == truth else str(level) for level in shown], fontsize=8)
    panel.spines[['top', 'left', 'right']].set_visible(False)
    panel.set_title(f'says {looker.describe(looker.level)}, {looker.probabilities[looker.level]:.0%} sure', fontsize=9)

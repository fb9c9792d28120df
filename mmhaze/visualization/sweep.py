from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..io.figures import save_figure
from ..io.resizing import fit_within
from ..ucm import HazeRegions, segment_haze
from ..ucm.settings import DEFAULTS
from .overlay import overlay_haze

COLUMNS = 3
PANEL_INCHES = 4.2
PANEL_PIXELS = 640  # the longer side of a photo on the sheet


@dataclass(frozen=True)
class Sweep:
    """A setting of :func:`mmhaze.ucm.segment_haze`, what it is in a few words, and the values to draw."""

    setting: str
    meaning: str
    values: tuple[float | str, ...]


SWEEPS = {
    'gray': Sweep('gray_threshold', 'gray threshold: how bright haze is at least, of 255',
                  ('auto', 60, 80, 100, 120, 140, 160, 180)),
    'channel': Sweep('channel_ratio',
                     'channel ratio: the window that contrast is measured in, over the shorter side of the photo',
                     (1 / 160, 1 / 120, 1 / 80, 1 / 60, 1 / 40, 1 / 30, 1 / 20, 1 / 10)),
    'mask': Sweep('mask_ratio', 'mask ratio: the window that must be all haze, over the shorter side of the photo',
                  (1 / 280, 1 / 200, 1 / 140, 1 / 100, 1 / 70, 1 / 50, 1 / 35, 1 / 20)),
}


def draw_sweep(photo: np.ndarray, name: str, path: str | Path, *, title: str = '', **settings) -> None:
    """Draws how the haze that UCM finds depends on one of its settings, as Figure 6 of the paper does.

    A sheet with the photo, and the photo with mask and box for each value; over each the value and the share of haze.

    Args:
        photo: (H, W, 3) uint8 BGR; UCM runs at its full size, and the sheet shows it smaller.
        name: of the sweep, a key of ``SWEEPS``.
        path: a ``.png``, ``.jpg`` or ``.pdf`` file, replaced once it is whole.
        title: a line on top, before what the setting means.
        **settings: the other settings of :func:`mmhaze.ucm.segment_haze`.

    Raises:
        ValueError: there is no such sweep, or a setting is out of its range.
    """
    if name not in SWEEPS:
        raise ValueError(f'The sweep is one of {", ".join(SWEEPS)}, got {name!r}.')
    sweep = SWEEPS[name]
    height, width = photo.shape[:2]
    rows = -(-(1 + len(sweep.values)) // COLUMNS)
    panel_height = min(PANEL_INCHES * height / width, 1.5 * PANEL_INCHES)  # what is narrower than 2:3 gets margins
    figure = Figure(figsize=(PANEL_INCHES * COLUMNS, rows * (panel_height + 0.6) + 0.6), layout='constrained')
    first, *panels = figure.subplots(rows, COLUMNS).flat
    for panel in (first, *panels):
        panel.set_axis_off()
    first.imshow(fit_within(photo, PANEL_PIXELS)[..., ::-1])
    first.set_title('the photo', fontsize=11)
    for panel, value in zip(panels, sweep.values):
        regions = segment_haze(photo, **{**settings, sweep.setting: value})
        panel.imshow(fit_within(overlay_haze(photo, regions), PANEL_PIXELS)[..., ::-1])
        panel.set_title(f'{_describe(sweep.setting, value, regions)}\n{_describe_share(regions)}', fontsize=11)
    figure.suptitle(f'{title}\n{sweep.meaning}'.strip(), fontsize=13)
    save_figure(figure, path)


def _describe(setting: str, value: float | str, regions: HazeRegions) -> str:
    default = getattr(DEFAULTS, setting)
    if setting == 'gray_threshold':
        if value == 'auto':
            text = f'auto: {regions.gray_threshold:.0f}'
        elif value == regions.gray_threshold:
            text = str(value)
        else:  # the rescue gate has stepped in
            text = f'{value} leaves too little: {regions.gray_threshold:g}'
    else:
        text = str(Fraction(value).limit_denominator(1000))
    return f'{text} (default)' if value == default else text


def _describe_share(regions: HazeRegions) -> str:
    return f'{regions.ratio:.0%} haze' if regions.found else 'no haze'

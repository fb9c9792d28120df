"""How well levels are told, as figures: confusion matrices and the recall of each level."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..io.figures import letter_figure

COLUMNS = 4
LINES = ('-', '--', ':', '-.')


def draw_confusions(matrices: Sequence[tuple[str, np.ndarray]]) -> Figure:
    """A matrix each, with the percentage of a true level that is predicted as each level, and the accuracy over it.

    Args:
        matrices: names, and the numbers of photos by true and predicted level, (levels, levels); at least one.
    """
    columns = min(COLUMNS, len(matrices))
    lines = -(-len(matrices) // columns)
    # one or two get the room to be read
    side = 3.1 if columns > 2 else 4.2
    figure = Figure(figsize=(side * columns + (columns <= 2), (side + 0.1) * lines + 0.4), layout='constrained')
    panels = figure.subplots(lines, columns, squeeze=False)
    for panel in panels.flat[len(matrices):]:
        panel.set_axis_off()
    for panel, (name, counts) in zip(panels.flat, matrices):
        levels = len(counts)
        shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        panel.imshow(shares, vmin=0, vmax=1, cmap='Blues')
        panel.set_title(f'{name}\n{np.trace(counts) / max(counts.sum(), 1):.3f}', fontsize=9)
        panel.set_xticks(range(levels))
        panel.set_yticks(range(levels))
        panel.tick_params(labelsize=7)
        for (true, predicted), share in np.ndenumerate(shares):
            if share >= 0.005:
                panel.text(predicted, true, f'{100 * share:.0f}', ha='center', va='center',
                           fontsize=6 if columns > 2 else 8, color='white' if share > 0.5 else 'black')
    figure.supxlabel('predicted level', fontsize=10)
    figure.supylabel('true level', fontsize=10)
    figure.colorbar(panels[0, 0].images[0], ax=panels, shrink=0.5, label='share of the true level')
    return figure


def draw_recalls(recalls: Sequence[tuple[str, Sequence[float | None]]]) -> Figure:
    """A line each: how much of each level is found.

    Args:
        recalls: names, and a share in [0, 1] for each level, None where there are no photos of it; at least one.
    """
    figure = Figure(figsize=(9, 4.5), layout='constrained')
    panel = figure.subplots()
    for index, (name, recall) in enumerate(recalls):
        values = [np.nan if value is None else value for value in recall]
        panel.plot(range(len(values)), values, LINES[index // 10 % len(LINES)], marker='o', markersize=3,
                   color=f'C{index % 10}', label=name)
    panel.set(xlabel='level, 0 is the least haze', ylabel='recall', ylim=(-0.02, 1.02),
              xticks=range(max(len(recall) for _, recall in recalls)))
    panel.grid(alpha=0.3)
    if len(recalls) > 1:
        figure.legend(loc='outside right upper', fontsize=8)
    else:
        panel.set_title(recalls[0][0])
    return figure


def recall_of(counts: np.ndarray) -> list[float | None]:
    """The recall of each level, from the numbers of photos by true and predicted level."""
    return [float(row[level] / row.sum()) if row.sum() else None for level, row in enumerate(counts)]


def figure_to_rgb(figure: Figure) -> np.ndarray:
    """A figure as the hosts take pictures, (H, W, 3) uint8 RGB."""
    canvas = FigureCanvasAgg(figure)
    letter_figure(figure)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])

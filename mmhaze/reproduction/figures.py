"""The figures of a page: confusion matrices, recall by level, training curves."""
from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..io.files import write_whole
from ..visualization.level_figures import LINES, draw_confusions, draw_recalls


def draw_section(section: Mapping[str, Any], out: Path, stem: str) -> dict[str, str]:
    """Draws the figures of one data set in one split.

    Args:
        section: see :func:`mmhaze.reproduction.report.make_section`.
        out: folder of the figures.
        stem: how their names begin.

    Returns:
        The names of the files, by what they show; none without results.
    """
    rows = [row for row in section['rows'] if row['runs']]
    if not rows:
        return {}
    figures = {'Confusion matrices': draw_confusion(rows),
               'Recall by level': draw_recalls([(row['name'], row['recall']) for row in rows])}
    trained = [row for row in rows if any(run['curve'] for run in row['runs'])]
    if trained:
        figures['Training curves'] = draw_curves(trained, section['curve_on'])
    files = {}
    for text, figure in figures.items():
        files[text] = f'{stem}_{section["data"]}_{section["split"]}_{text.split()[0].lower()}.png'
        picture = io.BytesIO()
        figure.savefig(picture, format='png', dpi=100)
        write_whole(out / files[text], picture.getvalue())
    return files


def draw_confusion(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """A matrix a row of the table, over all seeds: the share of a true level that is predicted as each level."""
    return draw_confusions([(row['name'], np.sum([run['confusion'] for run in row['runs']], axis=0)) for row in rows])


def draw_curves(rows: Sequence[Mapping[str, Any]], validated_on: str) -> Figure:
    """The training loss and the validation accuracy of each run; runs of a row of the table have one colour."""
    figure = Figure(figsize=(11, 4.5), layout='constrained')
    losses, accuracies = figure.subplots(1, 2)
    for index, row in enumerate(rows):
        style = dict(linestyle=LINES[index // 10 % len(LINES)], color=f'C{index % 10}', linewidth=1)
        for number, run in enumerate(row['runs']):
            label = row['name'] if not number else None
            losses.plot([point['epoch'] for point in run['curve']], [point['loss'] for point in run['curve']],
                        label=label, **style)
            tested = [(point['epoch'], point['validation']['accuracy/top1'] / 100) for point in run['curve']
                      if 'accuracy/top1' in point.get('validation', {})]
            accuracies.plot([epoch for epoch, _ in tested], [value for _, value in tested], marker='o', markersize=3,
                            **style)
    losses.set(xlabel='epoch', ylabel='training loss, mean over the epoch', ylim=(0, None))
    accuracies.set(xlabel='epoch', ylabel=f'accuracy on the part {validated_on}', ylim=(-0.02, 1.02))
    for panel in (losses, accuracies):
        panel.set_xlim(0.5, max(len(run['curve']) for row in rows for run in row['runs']) + 0.5)
        panel.xaxis.get_major_locator().set_params(integer=True)
        panel.grid(alpha=0.3)
    figure.legend(loc='outside right upper', fontsize=8)
    return figure

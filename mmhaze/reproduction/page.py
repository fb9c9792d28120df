"""The page of a report, in Markdown: what falls short first, then the tables, the figures and how they were made."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..io.figures import save_figure
from ..visualization.level_figures import LINES, draw_confusions, draw_recalls
from .report import below_base

COLUMNS = {'error in levels': 'mae', 'within one level': 'within_1', 'kappa': 'kappa', 'recall, light': 'recall_light',
           'recall, heavy': 'recall_heavy', 'macro F1': 'macro_f1', 'calibration error': 'ece'}
INTERVALS = {'accuracy': 'accuracy', 'macro F1': 'macro_f1', 'error in levels': 'mae', 'area': 'area'}
STATES = dict(open='not run yet', begun='not finished', damaged='its result cannot be believed', diverged='diverged',
              failed='failed')


def number(value: float | None) -> str:
    """``.9108`` as tables have it; a dash for what is not defined."""
    if value is None:
        return '-'
    text = f'{value:.4f}'
    return text.replace('0.', '.', 1) if abs(value) < 1 else text


def with_spread(summary: Mapping[str, Any]) -> str:
    """``.9108 ± .0032``, or the mean alone."""
    return number(summary['mean']) + (f' ± {number(summary["spread"])}' if summary['spread'] is not None else '')


def render(report: Mapping[str, Any]) -> str:
    """A report as Markdown."""
    title = {'table1': 'Table 1', 'table3': 'Table 3'}[report['table']]
    lines = [f'# {title}, made again', '', f'Made by `{report["command"]}`. Every number is in '
             f'[{report["json"]}]({report["json"]}), and more.', '']
    for section in report['sections']:
        lines += [f'## {section["data"]}, split {section["split"]}', '']
        lines += [f'**Not made.** {section["problem"]}', ''] if 'problem' in section else _section(section)
    return '\n'.join([*lines, *_how(report)]) + '\n'


def _section(section: Mapping[str, Any]) -> list[str]:
    finished = [row for row in section['rows'] if row['runs']]
    lines = ['### What falls short', '', *[f'- {text}' for text in _shortfalls(section)], '']
    if not finished:
        return [*lines, 'No row has a result yet.', '']
    lines += ['### The table', '', 'Accuracy, its mean and its standard deviation over the seeds, and the paper\'s. '
              'Rows in italics are no rows of the paper. The error is in levels; recall is that of the lower and of '
              'the upper half of the levels.', '']
    lines += _table(['', 'accuracy', 'seeds', "the paper's", 'difference', *COLUMNS],
                    [_row(row, section['in_paper']) for row in section['rows']])
    if section['sample']:
        lines += [f'With intervals of 95 %, from drawing every {section["sample"]} anew; area is that under the ROC '
                  'curve for any haze against level 0:', '',
                  *_table(['', *INTERVALS], [[_name(row), *(_interval(row, name) for name in INTERVALS.values())]
                                             for row in finished])]
    fogs = sorted({fog for row in finished for fog in row['accuracy_by_fog']})
    if len(fogs) > 1:
        lines += ['Accuracy by fog:', '', *_table(['', *fogs], [
            [_name(row), *(number(row['accuracy_by_fog'].get(fog)) for fog in fogs)] for row in finished])]
    lines += ['Recall by level:', '', *_table(['', *map(str, range(section['levels']))], [
        [_name(row), *map(number, row['recall'])] for row in finished])]
    for text, file in section.get('figures', {}).items():
        lines += [f'![{text}]({file})', '']
    return lines


def _shortfalls(section: Mapping[str, Any]) -> list[str]:
    said = []
    for row in section['rows']:
        if row['difference'] is not None and row['difference'] < 0:
            said.append(f'**{row["name"]} is below the paper**: {with_spread(row["accuracy"])} against '
                        f'{number(row["paper"])}, {number(-row["difference"])} less.')
        said += _missing(row)
    without = [row['name'] for row in section['rows'] if not row['planned']]
    if without:
        said.append(f'Not run, as there is no config for this data set: {"; ".join(without)}.')
    for each in below_base(section):
        said.append(f'{each["name"]} is {number(abs(each["gain"]))} {"below" if each["gain"] < 0 else "above"} '
                    f'{each["base"]}, ' + ('of one seed' if each['spread'] is None else
                                           f'no more than the seeds differ ({number(each["spread"])})'
                                           if abs(each['gain']) <= each['spread'] else
                                           f'more than the seeds differ ({number(each["spread"])})') + '.')
    unknown = [row['name'] for row in section['rows'] if row['runs'] and not row['ours'] and row['paper'] is None]
    if unknown and section['in_paper']:
        said.append(f"The paper's numbers are not at hand for: {'; '.join(unknown)}.")
    said += section['remarks']
    tested = (f'Each of the {section["tested"]} photos is tested once, in one of {section["folds"]} folds.'
              if section['folds'] > 1 else
              f'The test part has {section["parts"]["test"]} photos, of {sum(section["parts"].values())}.')
    said.append(f'{tested} Seeds change what is drawn in training, not which photos are tested: the spread says '
                'nothing of others.')
    return said


def _missing(row: Mapping[str, Any]) -> list[str]:
    """What a row lacks and why, seeds of one fate together."""
    said = []
    for (state, reason), group in groupby(row['missing'], lambda each: (each['state'], each['reason'])):
        seeds = [str(each['seed']) for each in group if each['seed']]
        which = f', seed{"s" * (len(seeds) > 1)} {", ".join(seeds)}' if seeds else ''
        verb = ('are ' if len(seeds) > 1 else 'is ') if state in ('open', 'begun') else ''
        why = f': {reason}'.rstrip('.') if reason else ''
        said.append(f'{row["name"]}{which} {verb}{STATES[state]}{why}.')
    return said


def _row(row: Mapping[str, Any], in_paper: bool) -> list[str]:
    paper = number(row['paper'])
    if row['paper'] is None and in_paper and not row['ours']:
        paper = 'not at hand'
    if not row['runs']:
        states = ', '.join(sorted({STATES[each['state']] for each in row['missing']})) or 'not run'
        return [_name(row), states, '0', paper, *['-'] * (len(COLUMNS) + 1)]
    difference = '-'
    if row['difference'] is not None:
        difference = number(row['difference']) + ', below the paper' if row['difference'] < 0 else (
            f'+{number(row["difference"])}')
    seeds = 'none drawn'
    if row['drawn']:
        seeds = f'{len(row["runs"])} of {row["planned"]}' if row['missing'] else str(len(row['runs']))
    return [_name(row), with_spread(row['accuracy']), seeds, paper, difference,
            *(with_spread(row[key]) for key in COLUMNS.values())]


def _interval(row: Mapping[str, Any], name: str) -> str:
    low, high = row['intervals'][name]
    return f'{number(row[name]["mean"])} ({number(low)} to {number(high)})'


def _name(row: Mapping[str, Any]) -> str:
    return f'*{row["name"]}*' if row['ours'] else row['name']


def _how(report: Mapping[str, Any]) -> list[str]:
    lines = ['## How it was made', '', 'The network of the last epoch is tested: no epoch, and nothing else, was '
             'chosen by its score on a test part.']
    if any(section.get('curve_on') == 'test' for section in report['sections']):
        lines.append('Where a data set has no part for validation, the accuracy in the training curves is on the test '
                     'part; it serves for the curves alone.')
    mixed = [f'{row["name"]}, {section["split"]} ({", ".join(sorted(kinds))})' for section in report['sections']
             for row in section['rows']
             if (kinds := {run['machine']['precision'] for run in row['runs'] if 'precision' in run['machine']})]
    if mixed:
        lines.append(f'Trained in mixed precision, the others in float32: {"; ".join(mixed)}.')
    times = [(f'{section["data"]}, {section["split"]}', row) for section in report['sections']
             for row in section['rows'] if row['runs']]
    if times:
        lines += ['', 'Seconds a run, of training and test:', '', *_table(['', 'data, split', 'seconds'], [
            [row['name'], where, f'{row["seconds"]["mean"]:.0f}'] for where, row in times])]
    for each in report['machines']:
        lines += [f'- {each["runs"]} runs: ' + ', '.join(
            f'{name} {value}' for name, value in each['machine'].items()) + '.']
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f'| {" | ".join(cells)} |' for cells in (head, ['---', *['---:'] * (len(head) - 1)], *rows)] + ['']


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
        save_figure(figure, out / files[text])
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

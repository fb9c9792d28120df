"""The page: its numbers are those of the JSON, and what falls short is said."""
from __future__ import annotations

from pathlib import Path
from statistics import mean, stdev

import pytest

from mmhaze.reproduction.cells import Cell
from mmhaze.reproduction.data_sets import DATA_SETS, Listing
from mmhaze.reproduction.page import COLUMNS, number, render, with_spread
from mmhaze.reproduction.paper_tables import choose_rows
from mmhaze.reproduction.report import make_section
from mmhaze.reproduction.running import Outcome, estimate_left

HAZEL = DATA_SETS['hazel-level']
RIGHT = {'HBFD': [10], 'ResNet18': [34, 33, 35], 'MagNet-ResNet18': [34, 35], 'LeNet5': [20]}  # of 36 photos


def outcome(row, right: int, seed: int, state: str = 'made') -> Outcome:
    cell = Cell(row, HAZEL, 'random', seed, {}, Path(), None)
    if state != 'made':
        return Outcome(cell, state, None, 'so it is')
    rows = [dict(path=f'{index}.png', level=index % 9, predicted=(index + (index >= right)) % 9, fog='uniform',
                 probabilities=[float(level == index % 9) for level in range(9)]) for index in range(36)]
    return Outcome(cell, state, dict(predictions=rows, curve=[], seconds=10.0 * seed, machine=dict(torch='9')))


@pytest.fixture
def section() -> dict:
    rows = choose_rows('table1', [*RIGHT, 'SVM', 'CNN'])
    outcomes = [outcome(row, right, seed) for row in rows for seed, right in enumerate(RIGHT.get(row.name, ()), 1)]
    outcomes += [outcome(row, 0, 1, 'failed') for row in rows if row.name == 'SVM']
    listing = Listing('', (dict(train=('photo',) * 300, test=('photo',) * 36),))
    return make_section(HAZEL, 'random', listing, rows, outcomes)


@pytest.fixture
def page(section) -> str:
    return render(dict(table='table1', command='the command', json='numbers.json', sections=[section], machines=[]))


def cells_of(page: str, name: str) -> list[str]:
    line = next(line for line in page.splitlines() if line.startswith(f'| {name} |'))
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_mean_and_spread_are_those_over_the_seeds(section):
    row = next(row for row in section['rows'] if row['name'] == 'ResNet18')
    shares = [right / 36 for right in RIGHT['ResNet18']]
    assert row['accuracy'] == dict(mean=pytest.approx(mean(shares)), spread=pytest.approx(stdev(shares)), n=3)
    assert row['seconds']['mean'] == 20 and row['difference'] == pytest.approx(mean(shares) - .8998)


def test_the_numbers_of_the_page_are_those_of_the_json(section, page):
    for row in section['rows']:
        if row['runs']:
            shown = cells_of(page, row['name'])
            assert shown[1] == with_spread(row['accuracy']) and shown[3] == number(row['paper'])
            assert float(shown[4].split(',')[0]) == pytest.approx(row['difference'], abs=5e-5)
            assert shown[5:] == [with_spread(row[key]) for key in COLUMNS.values()]
    assert cells_of(page, 'ResNet18')[:3] == ['ResNet18', '.9444 ± .0278', '3']


def test_a_row_below_the_paper_says_so_and_one_above_does_not(page):
    assert '**LeNet5 is below the paper**: .5556 against .8745, .3189 less.' in page
    assert cells_of(page, 'LeNet5')[4] == '-.3189, below the paper'
    assert cells_of(page, 'ResNet18')[4] == '+.0446' and 'ResNet18 is below' not in page


def test_a_gain_of_magnet_that_is_within_the_spread_says_so(page):
    assert 'MagNet-ResNet18 is .0139 above ResNet18, no more than the seeds differ (.0340).' in page


def test_what_falls_short_comes_before_the_table(page):
    assert page.index('below the paper') < page.index('| ResNet18 |')
    for text in ('SVM, seed 1 failed: so it is.', 'there is no config for this data set: CNN.',
                 'was never released', 'knows the street', '36 photos, of 336'):
        assert 0 < page.index(text) < page.index('| ResNet18 |')
    assert cells_of(page, 'SVM')[1] == 'failed' and cells_of(page, 'CNN')[1] == 'not run'


def test_seeds_that_lack_for_one_reason_are_said_together(section):
    row = next(row for row in section['rows'] if row['name'] == 'LeNet5')
    row['missing'] = [dict(seed=seed, state=state, reason=reason) for seed, state, reason in (
        (2, 'failed', 'no memory.'), (3, 'open', ''), (4, 'open', ''), (5, 'begun', '2 epochs are done'))]
    row['ours'], row['paper'] = True, None
    text = render(dict(table='table1', command='', json='', sections=[section], machines=[]))
    assert [line for line in text.splitlines() if line.startswith('- LeNet5')] == [
        '- LeNet5, seed 2 failed: no memory.', '- LeNet5, seeds 3, 4 are not run yet.',
        '- LeNet5, seed 5 is not finished: 2 epochs are done.']


@pytest.mark.parametrize('value, text', [(.91084, '.9108'), (0, '.0000'), (1, '1.0000'), (-.02, '-.0200'), (None, '-'),
                                         (10.5, '10.5000')])
def test_numbers_read_as_in_tables(value, text):
    assert number(value) == text


def test_the_time_left_is_that_of_finished_cells_of_the_same_method():
    resnet, lenet = choose_rows('table1', ['ResNet18', 'LeNet5'])[::-1]
    finished = [outcome(resnet, 1, seed) for seed in (1, 2, 3)]
    open_ones = [outcome(resnet, 1, 4, 'open'), outcome(lenet, 1, 1, 'open')]
    assert estimate_left([*finished, open_ones[0]], 3) == 20
    assert estimate_left([*finished, *open_ones], 3) == 40  # the other network as those that are known
    assert estimate_left(open_ones, 0) != estimate_left(open_ones, 0)  # NaN: nothing is known
    assert estimate_left(finished, 3) == 0

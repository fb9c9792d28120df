from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure

import mmhaze
from mmhaze.io.figures import DPI, letter_figure, save_figure, shorten
from tests.fonts import bar_font, no_other_font  # noqa: F401


def figure_with(title: str, **size) -> Figure:
    figure = Figure(figsize=(4, 2), **size)
    figure.subplots().set_title(title)
    return figure


def title_of(figure: Figure) -> str:
    letter_figure(figure)
    return figure.axes[0].title.get_text()


@pytest.mark.usefixtures('no_other_font')
def test_letters_that_no_font_has_are_left_out_without_a_warning(tmp_path):
    figure = figure_with('level 3 (轻雾)', layout='constrained')
    figure.suptitle('轻雾.jpg')
    figure.axes[0].plot([0, 1], label='level 3 (雾)')
    legend = figure.legend(loc='outside right upper')
    save_figure(figure, tmp_path / 'a.png')  # a warning is an error in tests
    assert figure.axes[0].title.get_text() == 'level 3'
    assert [text.get_text() for text in figure.texts] == ['….jpg'] and legend.get_texts()[0].get_text() == 'level 3'


@pytest.mark.usefixtures('bar_font')
def test_a_font_of_the_machine_draws_what_the_usual_one_has_not(tmp_path):
    figure = Figure(figsize=(2, 1))
    figure.text(0.5, 0.5, '轻', fontsize=36, ha='center', va='center')
    save_figure(figure, tmp_path / 'a.png')
    dark = np.argwhere(cv2.imread(str(tmp_path / 'a.png'), cv2.IMREAD_GRAYSCALE) < 128)
    (top, left), (bottom, right) = dark.min(0), dark.max(0)
    assert bottom - top == pytest.approx(50, abs=2) and right - left == pytest.approx(50, abs=2)  # 36 points at 100 dpi
    assert len(dark) == (bottom - top + 1) * (right - left + 1)


def test_dollar_signs_are_no_formula(tmp_path):
    figure = figure_with(r'a $\frac$ b_{2}^')
    save_figure(figure, tmp_path / 'a.png')
    assert figure.axes[0].title.get_text() == r'a $\frac$ b_{2}^' and (tmp_path / 'a.png').is_file()


def test_a_title_wider_than_its_panel_is_set_smaller_and_then_shortened():
    assert title_of(figure_with('short')) == 'short'
    figure = figure_with('a title that is somewhat too wide for its panel here')
    size = figure.axes[0].title.get_fontsize()
    assert title_of(figure) == 'a title that is somewhat too wide for its panel here'
    assert 6 < figure.axes[0].title.get_fontsize() < size
    figure = figure_with('beginning' + 'x' * 400 + 'end\nof two')
    assert title_of(figure).startswith('beginningxx') and title_of(figure).endswith('xxend\nof two')
    assert figure.axes[0].title.get_window_extent(dpi=DPI).width <= 400
    figure = Figure(figsize=(4, 2))
    text = figure.suptitle('word ' * 20)
    letter_figure(figure)
    assert text.get_window_extent(dpi=DPI).width <= 400 and text.get_text() == 'word ' * 20


def test_every_text_in_a_picture_comes_by_way_of_these_modules():
    elsewhere = [path.name for path in Path(mmhaze.__file__).parent.rglob('*.py') if path.name != 'figures.py'
                 and re.search(r'putText|savefig|ImageDraw\.Draw|canvas\.draw', path.read_text(encoding='utf-8'))]
    assert sorted(elsewhere) == ['lettering.py', 'level_figures.py']


def test_a_long_name_keeps_its_beginning_and_end():
    assert shorten('a' * 34, 34) == 'a' * 34
    assert shorten('beginning' + 'x' * 40 + 'end.jpg', 34) == 'beginningxxxxxxx…' + 'x' * 10 + 'end.jpg'
    assert shorten('abcdef', 0) == '…'

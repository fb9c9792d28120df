from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from mmhaze.visualization.level_figures import draw_confusions, draw_recalls, figure_to_rgb, recall_of

COUNTS = np.array([[8, 2, 0], [1, 3, 0], [0, 0, 0]])


def test_the_matrix_has_shares_of_the_true_level_and_the_accuracy():
    figure = draw_confusions([('net', COUNTS)])
    panel = figure.axes[0]
    written = {text.get_position(): text.get_text() for text in panel.texts}
    assert written == {(0, 0): '80', (1, 0): '20', (0, 1): '25', (1, 1): '75'}  # (predicted, true); nothing at 0 %
    assert panel.get_title() == 'net\n0.786'
    np.testing.assert_allclose(panel.images[0].get_array()[:2], [[0.8, 0.2, 0], [0.25, 0.75, 0]])


@pytest.mark.slow
@pytest.mark.parametrize(('number', 'columns'), [(1, 1), (3, 3), (6, 4)])
def test_each_matrix_has_its_panel(number, columns):
    figure = draw_confusions([(f'net {index}', COUNTS) for index in range(number)])
    titles = [panel.get_title() for panel in figure.axes if panel.get_title()]
    assert titles == [f'net {index}\n0.786' for index in range(number)]
    assert figure.axes[0].get_gridspec().ncols == columns
    assert figure_to_rgb(figure).std() > 5


def test_recall_is_a_line_with_gaps_where_there_are_no_photos():
    assert recall_of(COUNTS) == [0.8, 0.75, None]
    figure = draw_recalls([('net', recall_of(COUNTS)), ('other', [0.1, 0.2, 0.3])])
    first, second = figure.axes[0].lines
    np.testing.assert_array_equal(first.get_ydata(), [0.8, 0.75, np.nan])
    np.testing.assert_array_equal(second.get_ydata(), [0.1, 0.2, 0.3])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ['net', 'other']
    assert draw_recalls([('net', [1.0])]).axes[0].get_title() == 'net'


def test_a_figure_becomes_rgb():
    figure = Figure(figsize=(2, 1), dpi=50, facecolor=(1, 0.2, 0))
    picture = figure_to_rgb(figure)
    assert picture.shape == (50, 100, 3) and picture.dtype == np.uint8
    np.testing.assert_array_equal(picture[3, 3], [255, 51, 0])

from __future__ import annotations

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure

from mmhaze.io.photo import read_photo
from mmhaze.visualization import LevelCam, Looker, draw_cams
from mmhaze.visualization.cam_sheet import look
from tests.visualization.networks import corner_model

pytest.importorskip('pytorch_grad_cam')
NAMES = tuple(f'level {level}' for level in range(9))


def looker(name: str, channels: int, level: int) -> Looker:
    probabilities = np.full(9, 0.05)
    probabilities[level] = 0.6
    picture, heat = np.full((40, 50, 3), 128, np.uint8), np.ones((40, 50), np.float32)
    cams = [LevelCam(channel, picture, heat, (10, 0, 60, 40)) for channel in ('task', 'magnifier')[:channels]]
    return Looker(name, cams, probabilities.tolist(), NAMES)


@pytest.fixture
def drawn(monkeypatch) -> list[Figure]:
    figures, real = [], Figure.savefig
    monkeypatch.setattr(Figure, 'savefig', lambda self, *args, **kwargs: figures.append(self) or real(
        self, *args, **kwargs))
    return figures


def test_base_task_and_magnifier_stand_side_by_side(drawn, tmp_path):
    photo = np.full((60, 80, 3), 90, np.uint8)
    draw_cams(photo, [looker('base', 1, 3), looker('MagNet', 2, 4)], tmp_path / 'a.png', truth=4, title='a')
    figure, = drawn
    titles = [panel.get_title() for panel in figure.axes if panel.images]
    assert titles == ['the photo, and what is looked at', 'base\nthe photo', 'MagNet\ntask channel',
                      'MagNet\nmagnifier channel']
    lefts = [panel.get_position().x0 for panel in figure.axes if panel.images]
    assert lefts == sorted(lefts)
    assert [path.name for path in tmp_path.iterdir()] == ['a.png']
    # red where the heat is, in three panels
    blue, _, red = read_photo(tmp_path / 'a.png').transpose(2, 0, 1).astype(int)
    assert (red - blue > 50).mean() > 0.15


@pytest.mark.parametrize(('truth', 'level', 'shown'), [
    (4, 4, [2, 3, 4, 5, 6]), (0, 4, [0, 1, 2, 3, 4]), (8, 4, [4, 5, 6, 7, 8]), (None, 7, [4, 5, 6, 7, 8]),
    (None, 1, [0, 1, 2, 3, 4])])
def test_the_scores_around_the_truth_are_below(truth, level, shown, drawn, tmp_path):
    draw_cams(np.zeros((60, 80, 3), np.uint8), [looker('net', 2, level)], tmp_path / 'a.png', truth=truth)
    panel = next(panel for panel in drawn[0].axes if panel.patches and not panel.images)
    heights = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in panel.patches}
    assert heights == pytest.approx({each: 0.6 if each == level else 0.05 for each in shown})
    labels = {int(tick): label.get_text() for tick, label in zip(panel.get_xticks(), panel.get_xticklabels())}
    assert {each for each, label in labels.items() if 'true' in label} == ({truth} if truth is not None else set())
    assert panel.get_title() == f'says level {level}, 60% sure'
    framed = {round(bar.get_x() + bar.get_width() / 2) for bar in panel.patches if bar.get_edgecolor()[3] == 1}
    assert framed == ({truth} if truth is not None else set())


def test_the_frame_is_where_the_network_looks(drawn, tmp_path):
    model = corner_model(tmp_path)
    photo = np.full((200, 400, 3), 250, np.uint8)
    draw_cams(photo, [look('corner', model, photo)], tmp_path / 'a.png')
    panel = drawn[0].axes[0]
    frame, = panel.patches
    assert (*frame.get_xy(), frame.get_width(), frame.get_height()) == (100, 0, 200, 200)
    assert list(panel.images[0].get_extent()) == [0, 400, 200, 0]


@pytest.mark.parametrize('shape', [(1, 1), (1, 700), (700, 1), (1500, 2000)])
def test_any_photo_can_be_drawn(shape, tmp_path):
    model = corner_model(tmp_path)
    photo = np.full((*shape, 3), 250, np.uint8)
    draw_cams(photo, [look('corner', model, photo)], tmp_path / 'a.jpg', truth=0)
    height, width = cv2.imread(str(tmp_path / 'a.jpg')).shape[:2]
    assert 400 < width < 2000 and 400 < height < 800


def test_a_level_that_a_network_does_not_know_is_refused(tmp_path):
    for truth in (-1, 9):
        with pytest.raises(ValueError, match=f'net knows the levels 0 to 8, .* {truth}'):
            draw_cams(np.zeros((9, 9, 3), np.uint8), [looker('net', 1, 0)], tmp_path / 'a.png', truth=truth)
    assert not list(tmp_path.iterdir())


def test_the_level_that_is_looked_into_is_the_predicted_one(tmp_path):
    found = look('corner', corner_model(tmp_path), np.full((64, 64, 3), 255, np.uint8))
    assert found.level == 2
    assert found.cams[0].heat[0, 0] > 0.9
    assert sum(found.probabilities) == pytest.approx(1, abs=1e-5)

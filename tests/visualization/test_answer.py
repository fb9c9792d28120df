from __future__ import annotations

import numpy as np
import pytest

from mmhaze.visualization import answer, draw_answer
from mmhaze.visualization.answer import PREDICTED, STRIP

PROBABILITIES = [0.05, 0.1, 0.6, 0.25]


def strip(**known) -> np.ndarray:
    return draw_answer(np.full((240, 320, 3), 90, np.uint8), PROBABILITIES, **known)[-STRIP:]


def blue(picture: np.ndarray) -> np.ndarray:
    return (picture == PREDICTED).all(2)


def test_bars_are_as_high_as_the_probabilities_and_the_predicted_one_is_blue():
    bars = strip()
    heights = [((bars != 255).any(2)[:-23, column]).sum() for column in (48, 120, 196, 270)]
    np.testing.assert_allclose(np.array(heights) / heights[2], np.array(PROBABILITIES) / 0.6, atol=0.06)
    columns = np.flatnonzero(blue(bars).any(0))
    assert 160 <= columns.min() < columns.max() <= 238  # the third of four


def test_the_true_level_has_a_frame():
    plain = strip()
    for true, place in ((0, slice(8, 85)), (3, slice(235, 320))):
        changed = np.flatnonzero((strip(true=true) != plain).any((0, 2)))
        assert place.start <= changed.min() < changed.max() < place.stop


@pytest.mark.parametrize(('true', 'names', 'text'), [
    (None, (), 'level 2, 60% sure'), (2, (), 'level 2, 60% sure - right'), (1, (), 'level 2, 60% sure - true level 1'),
    (0, ('clear', '900 m', '300 m', 'level 3'), 'level 2 (300 m), 60% sure - true level 0 (clear)')])
def test_the_text_says_whether_it_is_right(true, names, text, monkeypatch):
    written, real = [], answer.write_caption
    monkeypatch.setattr(answer, 'write_caption', lambda img, text: written.append(text) or real(img, text))
    draw_answer(np.zeros((9, 9, 3), np.uint8), PROBABILITIES, true=true, names=names)
    assert written == [text]


@pytest.mark.parametrize(('shape', 'size'), [
    ((1, 1), (320, 320)), ((240, 320), (240, 320)), ((3000, 4000), (480, 640)), ((900, 3), (640, 320)),
    ((3, 900), (40, 640))])
def test_the_picture_can_be_read_whatever_the_photo(shape, size):
    photo = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    before = photo.copy()
    picture = draw_answer(photo, PROBABILITIES)
    assert picture.shape == (size[0] + STRIP, size[1], 3)
    np.testing.assert_array_equal(photo, before)

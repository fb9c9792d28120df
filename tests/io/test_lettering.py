from __future__ import annotations

import numpy as np
import pytest
from PIL import features

from mmhaze.io import lettering
from mmhaze.io.lettering import families_for, fit_line, ink, set_line, writable
from tests.fonts import bar_font, no_other_font  # noqa: F401

LANGUAGES = ('mäßig', 'très brumeux', 'Köln', 'ομίχλη', 'густой туман', '☁')


@pytest.mark.parametrize('text', LANGUAGES)
def test_letters_beyond_ascii_are_written_and_are_no_question_marks(text):
    assert writable(text) == text
    marks = ''.join(letter if letter.isascii() else '?' for letter in text)
    assert set_line(text, 20).shape != set_line(marks, 20).shape or (set_line(text, 20) != set_line(marks, 20)).any()


def test_an_accent_apart_from_its_letter_is_one_with_it():
    np.testing.assert_array_equal(set_line('tre\u0300s', 20), set_line('très', 20))


@pytest.mark.skipif(not features.check('raqm'), reason='Pillow without raqm')
def test_arabic_is_joined_and_goes_from_right_to_left():
    joined, apart = set_line('ضباب', 30), np.hstack([set_line(letter, 30) for letter in 'ضباب'])
    assert joined.shape[1] < 0.9 * apart.shape[1]
    upper = set_line('ضباب ...', 30)[:20]
    assert not upper[:, :30].any() and upper[:, 40:].any()  # the dots come last, and so stand on the left


@pytest.mark.usefixtures('no_other_font')
@pytest.mark.parametrize(('text', 'written'), [
    ('level 3 (轻雾) of 0-4, 60% sure', 'level 3 of 0-4, 60% sure'),
    ('level 3 (轻雾 (1)) of 0-4', 'level 3 of 0-4'),
    ('level 3 (fog (轻))', 'level 3'),
    ('before: level 2 (हल्का कोहरा), 9% sure', 'before: level 2, 9% sure'),
    ('level 1 (fog)', 'level 1 (fog)'),
    ('轻雾', '…'), ('轻 雾.jpg', '….jpg'), ('🌫️ fog', '… fog'), ('a\udcff\x00b', 'a…b'), ('\ue000', '…'),
    ('level 3\n轻雾\n5 photos', 'level 3\n5 photos'), ('', '')])
def test_the_number_of_a_level_stands_alone_where_no_font_has_its_name(text, written):
    assert writable(text) == written


@pytest.mark.usefixtures('no_other_font')
@pytest.mark.parametrize('text', ['level 3 (ضباب)', 'level 3 (ערפל)'])
def test_what_must_be_joined_or_turned_round_is_left_out_where_the_program_cannot(text):
    assert writable(text, shaped=False) == 'level 3' and writable(text, shaped=True) == text


def test_the_font_of_the_machine_that_has_the_letters_draws_them(bar_font):  # noqa: F811
    assert writable('level 3 (轻雾)') == 'level 3 (轻雾)' and families_for('a轻') == ['DejaVu Sans', bar_font]
    rows = set_line('轻雾', 40)[4:30]
    assert (rows[:, 1:39] == 255).all() and not rows[:, 41:59].any() and (rows[:, 61:79] == 255).all()
    mixed = set_line('x轻x', 40)
    np.testing.assert_array_equal(mixed[:, :20], set_line('x', 40)[:, :20])


def test_a_font_that_draws_a_box_for_any_letter_is_not_taken():
    assert not [font for font in lettering._system_fonts() if 'mpl-data' in font.path]


def test_long_text_is_set_smaller_then_goes_without_brackets_and_then_is_cut():
    short = set_line('level 3 (foggy), 9% sure', 20)
    np.testing.assert_array_equal(fit_line('level 3 (foggy), 9% sure', 20, short.shape[1]), short)
    np.testing.assert_array_equal(fit_line('level 3 (foggy), 9% sure', 20, int(0.8 * short.shape[1])),
                                  set_line('level 3 (foggy), 9% sure', 16)[:, :int(0.8 * short.shape[1])])
    np.testing.assert_array_equal(fit_line(f'level 3 ({"very " * 30}foggy), 9% sure', 20, 200),
                                  set_line('level 3, 9% sure', 20))
    cut = fit_line('x' * 500, 20, 200)
    assert 190 <= cut.shape[1] <= 200 and not cut[3:8, -6:].any()  # the dots at its end are low
    np.testing.assert_array_equal(cut, fit_line('x' * 400, 20, 200))
    assert fit_line('level', 20, 2).shape[1] == fit_line('level', 20, -5).shape[1] == 0


def test_ink_covers_as_far_as_it_goes_and_what_sticks_out_is_cut():
    picture = np.full((4, 4, 3), 100, np.uint8)
    ink(picture, np.array([[0, 255, 51], [255, 255, 255]], np.uint8), 2, -1, (200, 0, 150))
    expected = np.full((4, 4, 3), 100, np.uint8)
    expected[0, 2:] = (200, 0, 150)
    np.testing.assert_array_equal(picture, expected)
    ink(picture, np.array([[0, 255, 51]], np.uint8), -1, 3, (200, 0, 150))
    assert picture[3, 0].tolist() == [200, 0, 150] and picture[3, 1].tolist() == [120, 80, 110]
    ink(picture, np.zeros((20, 0), np.uint8), 9, 9, (0, 0, 0))

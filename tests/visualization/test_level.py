from __future__ import annotations

import numpy as np
import pytest

from mmhaze.visualization import write_caption
from tests.fonts import no_other_font  # noqa: F401


@pytest.mark.parametrize('shape', [(480, 640), (1000, 300), (60, 80)])
def test_a_caption_darkens_the_top_and_writes_in_white(shape):
    photo = np.full((*shape, 3), 180, np.uint8)
    found = write_caption(photo, 'level 3')
    band = max(14, shape[0] // 18)
    np.testing.assert_array_equal(found[band + 3:], photo[band + 3:])
    assert (found[:band] == 60).mean() > 0.4
    assert found[:band].max() > 200
    assert (photo == 180).all()


def test_text_that_does_not_fit_is_cut():
    photo = np.full((200, 100, 3), 180, np.uint8)
    np.testing.assert_array_equal(write_caption(photo, 'x' * 500), write_caption(photo, 'x' * 400))


@pytest.mark.usefixtures('no_other_font')
def test_a_level_is_written_as_its_data_set_names_it_and_by_its_number_where_no_font_has_the_name():
    photo = np.full((360, 640, 3), 180, np.uint8)
    for name in ('mäßig', 'très brumeux', 'туман'):
        marks = ''.join(letter if letter.isascii() else '?' for letter in name)
        assert (write_caption(photo, f'level 3 ({name})') != write_caption(photo, f'level 3 ({marks})')).any()
    np.testing.assert_array_equal(write_caption(photo, 'level 3 (轻雾)'), write_caption(photo, 'level 3'))


@pytest.mark.parametrize('shape', [(1, 1), (2, 300), (300, 2)])
def test_photos_too_small_for_text_stay_as_large(shape):
    assert write_caption(np.zeros((*shape, 3), np.uint8), 'level 3').shape == (*shape, 3)

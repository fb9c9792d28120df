from __future__ import annotations

import numpy as np
import pytest

from mmhaze.io.photo import read_photo
from mmhaze.visualization import Prediction, draw_sheet
from tests.ucm.photos import wall


def test_the_sheet_shows_every_photo_and_its_haze(tmp_path):
    # photos of one colour each, which must be found again in the sheet
    colours = [(200, 40, 40), (40, 200, 40), (40, 40, 200)]
    photos = [np.full((30, 40, 3), colour, np.uint8) for colour in colours]
    draw_sheet([Prediction(photo, 'a', 1, {'net': 0}) for photo in photos], tmp_path / 'sheet.png', columns=2)
    sheet = read_photo(tmp_path / 'sheet.png').reshape(-1, 3)
    shares = [(np.abs(sheet - np.array(colour)).max(1) < 3).mean() for colour in colours]
    assert min(shares) > 0.1  # the photo, and under it the photo without haze
    assert [path.name for path in tmp_path.iterdir()] == ['sheet.png']


def test_the_haze_of_a_photo_is_shown_under_it(tmp_path):
    draw_sheet([Prediction(wall(beta=0.05), 'a wall', 1, {})], tmp_path / 'sheet.png', columns=1)
    blue, _, red = read_photo(tmp_path / 'sheet.png').transpose(2, 0, 1).astype(int)
    assert (blue - red > 60).mean() > 0.05


def test_nothing_to_draw_is_refused(tmp_path):
    with pytest.raises(ValueError, match='empty'):
        draw_sheet([], tmp_path / 'sheet.png')

from __future__ import annotations

import numpy as np
import pytest

from mmhaze.io.photo import read_photo
from mmhaze.ucm import segment_haze
from mmhaze.visualization import SWEEPS, draw_sweep, sweep
from tests.ucm.photos import random_photo, wall


@pytest.fixture
def titles(monkeypatch):
    """The titles of the panels of each sheet, in the place of the picture, which takes long to draw."""
    drawn = []

    class Figure(sweep.Figure):
        def savefig(self, *args, **kwargs):
            drawn.append([panel.get_title() for panel in self.axes])

    monkeypatch.setattr(sweep, 'Figure', Figure)
    return drawn


@pytest.mark.parametrize('name', SWEEPS)
def test_each_panel_names_its_value_and_the_share_of_haze_that_it_gives(name, titles, tmp_path):
    photo = random_photo(np.random.default_rng(3), 240, 320)
    draw_sweep(photo, name, tmp_path / 'sheet.png')
    first, *panels = titles[0]
    assert first == 'the photo' and len(panels) == len(SWEEPS[name].values) == 8
    shares = [segment_haze(photo, **{SWEEPS[name].setting: value}).ratio for value in SWEEPS[name].values]
    assert [panel.split('\n')[1] for panel in panels] == [f'{share:.0%} haze' for share in shares]
    assert len(set(shares)) >= 3
    assert [path.name for path in tmp_path.iterdir()] == ['sheet.png']


def test_the_values_are_named_as_people_do_and_the_default_is_marked(titles, tmp_path):
    for name in SWEEPS:
        draw_sweep(wall(0.05), name, tmp_path / 'sheet.png')
    gray, channel, mask = ([title.split('\n')[0] for title in sheet[1:]] for sheet in titles)
    auto = segment_haze(wall(0.05)).gray_threshold
    assert gray[:3] == [f'auto: {auto:.0f} (default)', '60', '80']
    assert channel == ['1/160', '1/120', '1/80', '1/60', '1/40 (default)', '1/30', '1/20', '1/10']
    assert mask[3:6] == ['1/100', '1/70 (default)', '1/50']


def test_a_gray_threshold_that_leaves_next_to_nothing_is_said_to_be_replaced(titles, tmp_path):
    dim = (wall(0.05) * 0.6).astype(np.uint8)  # no pixel above 153, so that 160 leaves none
    draw_sweep(dim, 'gray', tmp_path / 'sheet.png')
    assert titles[0][-2].startswith('160 leaves too little: 100\n') and not titles[0][-2].endswith('\n0% haze')
    assert titles[0][5].startswith('120\n')


def test_without_haze_the_sheet_says_so_and_the_other_settings_are_kept(titles, tmp_path):
    draw_sweep(wall(0.05), 'mask', tmp_path / 'sheet.png', min_box=1000)
    assert all(title.endswith('\nno haze') for title in titles[0][1:])


@pytest.mark.slow
def test_the_photo_and_its_haze_are_on_the_sheet_whatever_the_size(tmp_path):
    for (height, width), least in {(900, 1300): 0.6, (400, 90): 0.1, (2, 5000): 0}.items():
        photo = np.full((height, width, 3), (40, 40, 200), np.uint8)
        draw_sweep(photo, 'mask', tmp_path / 'sheet.png', title='red')
        sheet = read_photo(tmp_path / 'sheet.png')
        share = (np.abs(sheet.astype(int) - (40, 40, 200)).max(2) < 3).mean()
        assert sheet.shape[0] < 2200 and sheet.shape[1] == 1260 and share > least
    draw_sweep(wall(0.05), 'mask', tmp_path / 'sheet.png')
    blue, _, red = read_photo(tmp_path / 'sheet.png').transpose(2, 0, 1).astype(int)
    assert (blue - red > 60).mean() > 0.1


def test_an_unknown_sweep_and_a_setting_out_of_range_are_refused(tmp_path):
    with pytest.raises(ValueError, match="one of gray, channel, mask, got 'grey'"):
        draw_sweep(wall(0.05), 'grey', tmp_path / 'sheet.png')
    with pytest.raises(ValueError, match='min_box'):
        draw_sweep(wall(0.05), 'gray', tmp_path / 'sheet.png', min_box=-1)
    assert not list(tmp_path.iterdir())

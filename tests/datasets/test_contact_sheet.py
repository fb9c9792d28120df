from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.datasets import contact_sheet
from mmhaze.datasets.contact_sheet import draw_contact_sheet
from mmhaze.datasets.listing import Listed
from mmhaze.io.figures import save_figure
from tests.fonts import no_other_font  # noqa: F401


def write(folder: Path, counts: tuple[int, ...]) -> list[Listed]:
    """Photos of one colour: blue is 20 a level, green 10 a photo, red 200."""
    photos = []
    for level, count in enumerate(counts):
        for number in range(count):
            path = folder / f'{level}_{number}.png'
            cv2.imwrite(str(path), np.full((60, 80, 3), (20 * level, 10 * number, 200), np.uint8))
            photos.append(Listed(path, level, {}, {}, ''))
    return photos


def shown(path: Path) -> dict[tuple[int, int], tuple[float, float]]:
    """The middle of what is shown of each photo by its level and number, x and y in pixels."""
    picture = cv2.imread(str(path)).astype(int)
    colours = picture[picture[..., 2] == 200]
    places = {}
    for blue, green in {(blue, green) for blue, green, _ in colours.tolist() if blue % 20 == green % 10 == 0}:
        y, x = np.nonzero((picture == (blue, green, 200)).all(2))
        if len(y) > 1000:
            places[blue // 20, green // 10] = (x.mean(), y.mean())
    return places


@pytest.mark.slow
def test_a_row_a_level_of_photos_at_even_steps(tmp_path):
    draw_contact_sheet(write(tmp_path, (15, 3, 15)), ['', '', ''], tmp_path / 'sheet.png', columns=8)
    places = shown(tmp_path / 'sheet.png')
    assert set(places) == {(level, number) for level in (0, 2) for number in range(0, 15, 2)} | {(1, 0), (1, 1), (1, 2)}
    for number in range(0, 15, 2):
        assert places[0, number][0] == pytest.approx(places[2, number][0], abs=2)  # one below the other
    for level in (0, 1, 2):
        heights = {round(y) for (one, _), (_, y) in places.items() if one == level}
        assert max(heights) - min(heights) <= 1
        order = [x for (one, _), (x, _) in sorted(places.items()) if one == level]
        assert order == sorted(order)
    assert places[0, 0][1] < places[1, 0][1] < places[2, 0][1]


def test_a_photo_that_cannot_be_read_leaves_its_place_empty(tmp_path):
    photos = write(tmp_path, (3,))
    photos[1].path.write_text('hello')
    draw_contact_sheet(photos, ['clear'], tmp_path / 'sheet.png', columns=3)
    places = shown(tmp_path / 'sheet.png')
    assert set(places) == {(0, 0), (0, 2)}
    assert places[0, 2][0] - places[0, 0][0] == pytest.approx(2 * 100 * contact_sheet.INCHES, abs=3)


@pytest.mark.usefixtures('no_other_font')
def test_names_are_written_as_they_are_within_their_room(tmp_path, monkeypatch):
    """Two dollar signs are no formula, and letters that no font has no box."""
    photos, drawn = write(tmp_path, (1, 1, 1)), []
    odd = photos[0].path.rename(tmp_path / r'a $\frac$ b_{2}^ 霧.png')
    monkeypatch.setattr(contact_sheet, 'save_figure', lambda figure, path: (save_figure(figure, path),
                                                                            drawn.append(figure)))
    draw_contact_sheet([Listed(odd, 0, {}, {}, ''), *photos[1:]], ['mäßig', '霧', 'a very long name of a level'],
                       tmp_path / 'sheet.png', title=r'$\frac$')
    assert [text.get_text() for text in drawn[0].texts] == [
        r'$\frac$', 'level 0, least haze\nmäßig\n1 photos', 'level 1\n1 photos',
        'level 2, most haze\na very long name of a level\n1 photos']
    assert drawn[0].texts[3].get_window_extent(dpi=100).width <= 100 * contact_sheet.LABEL
    assert drawn[0].axes[0].get_title() == r'a $\frac$ b_{2}^ ….png'


def test_a_level_without_photos_and_a_set_without_any_have_their_rows(tmp_path):
    draw_contact_sheet(write(tmp_path, (1, 0, 1)), ['', 'x', ''], tmp_path / 'sheet.png')
    places = shown(tmp_path / 'sheet.png')
    row = 100 * (0.2 + contact_sheet.INCHES * 60 / 80)
    assert places[2, 0][1] - places[0, 0][1] == pytest.approx(2 * row, abs=2)
    draw_contact_sheet([], ['', ''], tmp_path / 'empty.jpg')
    assert (tmp_path / 'empty.jpg').is_file()
